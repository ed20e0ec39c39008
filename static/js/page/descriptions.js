const descriptions = JSON.parse(document.getElementById("room-descriptions").textContent);

/** What a room is for, as its admins put it when this page was loaded; "" where they said nothing. */
export function descriptionOf(room) {
  return descriptions[room.id] ?? "";
}
