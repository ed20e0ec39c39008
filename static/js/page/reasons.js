/** Why one may not write here, as a sentence; `code` is a room's `whyNot`. */
export function whyNotWords(code) {
  const words = {
    ROOM_LOCKED: gettext("This room is locked: only staff write here."),
    ROOM_READ_ONLY: gettext("Only moderators and staff write in this room."),
    SILENCED: gettext("You are silenced in this room: you can read, and not write."),
  };
  return words[code] ?? gettext("You cannot write in this room.");
}

/** Why a room is gone, as a heading and a sentence; `code` is a room's `gone`. */
export function goneWords(code) {
  if (code === "ROOM_ACCESS_DENIED") {
    return [
      gettext("You are not in this room any more"),
      gettext("A moderator or an administrator has changed who may enter it."),
    ];
  }
  return [gettext("This room is gone"), gettext("An administrator has deleted or closed it.")];
}
