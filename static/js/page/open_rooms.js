/**
 * Which rooms are open, in which order, and which one is in use: remembered across reloads.
 *
 * Dispatches "opened", "closed" and "activated", each with the room as detail (null when none is
 * in use any more).
 */
export class OpenRooms extends EventTarget {
  rooms = [];
  active = null;

  #key;

  constructor(user) {
    super();
    this.#key = `multichat:open:${user}`;
  }

  /** Open what was open when the page went, of those that are there still, and `wanted`. */
  restore(chat, wanted) {
    const known = remembered(this.#key).filter((id) => chat.rooms.has(id));
    for (const id of known) this.#add(chat.rooms.get(id));
    const room = chat.rooms.get(wanted);
    if (room) this.open(room);
  }

  /** Open a room, if it is not open yet, and use it. */
  open(room) {
    this.#add(room);
    this.activate(room);
  }

  activate(room) {
    if (this.active === room) return;
    this.active = room;
    this.#tell("activated", room);
  }

  /** The room is closed; the one beside it is used instead, if so wished. Returns that one, or null. */
  close(room, useNeighbour) {
    const at = this.rooms.indexOf(room);
    this.rooms.splice(at, 1);
    this.#remember();
    this.#tell("closed", room);
    const neighbour = (useNeighbour && this.rooms[Math.min(at, this.rooms.length - 1)]) || null;
    if (this.active === room) this.activate(neighbour);
    return neighbour;
  }

  #add(room) {
    if (this.rooms.includes(room)) return;
    this.rooms.push(room);
    this.#remember();
    this.#tell("opened", room);
  }

  #remember() {
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.rooms.map((room) => room.id)));
    } catch {
      // Without a storage the next visit starts with no room open.
    }
  }

  #tell(type, room) {
    this.dispatchEvent(new CustomEvent(type, { detail: room }));
  }
}

function remembered(key) {
  try {
    const ids = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
