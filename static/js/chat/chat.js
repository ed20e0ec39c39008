import { Refusal, Requests } from "../wire/requests.js";
import { pauseAfter } from "../wire/waits.js";
import { Room } from "./room.js";
import { Sender } from "./sender.js";

const PASSING = ["UNAVAILABLE", "RATE_LIMITED", "NO_ANSWER"];
const NOT_TO_BE_HAD = ["ROOM_INVALID", "ROOM_ACCESS_DENIED"];

/**
 * All rooms of one person over one connection: what the frames say, as state. It knows no page.
 *
 * Dispatches "stranger" when the server knows us as somebody else, "rooms" when rooms came or went, "room-changed" with a room
 * whose entry in the list changed, and "outbox" when lines began or ceased to wait.
 */
export class Chat extends EventTarget {
  me = null;
  limits = {};
  /** Rooms by id: those this person may see, and the open ones that are gone. */
  rooms = new Map();
  /** Whether a hello has ever come: until then no list of rooms is known. */
  known = false;

  #user;
  #connection;
  #requests;
  #sender;
  #joinsToCome = new Map(); // timers, by room

  /** `user` is the id of the person whose page this is. */
  constructor(connection, user) {
    super();
    this.#user = user;
    this.#connection = connection;
    this.#requests = new Requests(connection);
    this.#sender = new Sender(connection, () => this.limits);
    connection.addEventListener("frame", (event) => this.#hear(event.detail));
    connection.addEventListener("state", () => connection.isOpen || this.#lost());
  }

  /** The rooms to choose from, by title. */
  get choice() {
    const rooms = [...this.rooms.values()].filter((room) => !room.gone);
    return rooms.sort((one, other) => one.title.localeCompare(other.title) || one.id - other.id);
  }

  /** How many lines wait to be stored, in all rooms. */
  get waiting() {
    return this.#count((room) => room.outbox.waiting);
  }

  /** How many lines are not stored, whether they wait or have failed. */
  get unsent() {
    return this.#count((room) => room.outbox.unsent);
  }

  /** How many of those that wait do so because the server has trouble storing them. */
  get delayed() {
    return this.#count(({ outbox }) => (outbox.delayed ? outbox.waiting : 0));
  }

  open(room) {
    room.open = true;
    this.#join(room);
  }

  /** Leave a room; returns the texts that had not been stored. */
  close(room) {
    room.open = false;
    if (room.joined) this.#connection.send({ command: "leave", room: room.id });
    room.joined = false;
    if (room.gone) this.#forget(room);
    return room.outbox.empty();
  }

  edit(message, text) {
    return this.#requests.ask("edit", { room: message.room, id: message.id, message: text });
  }

  delete(message) {
    return this.#requests.ask("delete", { room: message.room, id: message.id });
  }

  /** Load the page of messages before the oldest one that is known. */
  async loadOlder(room) {
    const before = room.log.oldest.id;
    const page = await this.#requests.ask("history", { room: room.id, before, limit: 50 });
    if (room.log.oldest?.id === before) room.log.prepend(page);
  }

  #hear(frame) {
    if (frame.ref && (this.#sender.settle(frame) || this.#requests.settle(frame))) return;
    HEARD[frame.type]?.call(this, frame, this.rooms.get(frame.room));
  }

  greet(hello) {
    // Somebody else has logged in beside this page: nothing of it may go out under that name.
    if (hello.user.id !== this.#user) return this.dispatchEvent(new Event("stranger"));
    this.me = hello.user;
    this.limits = hello.limits;
    this.known = true;
    const seen = new Set(hello.rooms.map(({ room }) => room));
    for (const summary of hello.rooms) this.#room(summary.room).summarize(summary);
    for (const room of [...this.rooms.values()]) if (!seen.has(room.id)) this.lose(room, "ROOM_INVALID");
    this.dispatchEvent(new Event("rooms"));
    for (const room of this.rooms.values()) if (room.open && !room.gone) this.#join(room);
  }

  /** A room came into sight, or its summary changed. */
  summarize(summary) {
    const known = this.rooms.get(summary.room);
    const wasGone = known?.gone;
    const room = this.#room(summary.room);
    room.summarize(summary);
    this.dispatchEvent(new Event("rooms"));
    if (wasGone && room.open) this.#join(room);
  }

  lose(room, reason) {
    if (!room.gone) room.lose(reason);
    if (!room.open) this.#forget(room);
    this.dispatchEvent(new Event("rooms"));
  }

  putOut(room, reason) {
    if (NOT_TO_BE_HAD.includes(reason)) return this.lose(room, reason);
    room.joined = false;
    room.troubled(gettext("You were taken out of this room."));
  }

  async #join(room, tries = 1) {
    clearTimeout(this.#joinsToCome.get(room));
    const { version, epoch } = room.log;
    const seen = version === null ? {} : { after: version, epoch };
    try {
      const reply = await this.#requests.ask("join", { room: room.id, ...seen });
      // It may have been closed while the reply was on its way.
      if (room.open) room.enter(reply);
      else this.#connection.send({ command: "leave", room: room.id });
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.#notLetIn(room, refusal, tries);
    }
  }

  #notLetIn(room, { code, detail, retryAfter }, tries) {
    if (NOT_TO_BE_HAD.includes(code)) return this.lose(room, code);
    if (code === "NO_CONNECTION") return; // every open room is joined after the next hello
    if (!PASSING.includes(code)) return room.troubled(detail);
    room.troubled(gettext("The server cannot open this room just now. The page keeps trying."));
    const again = () => room.open && !room.joined && this.#join(room, tries + 1);
    clearTimeout(this.#joinsToCome.get(room));
    this.#joinsToCome.set(room, setTimeout(again, retryAfter * 1000 || pauseAfter(tries)));
  }

  #room(id) {
    if (!this.rooms.has(id)) {
      const room = new Room(id, () => this.me);
      this.#sender.watch(room);
      for (const type of ["summary", "present"]) {
        room.addEventListener(type, () => this.dispatchEvent(new CustomEvent("room-changed", { detail: room })));
      }
      for (const type of ["added", "changed", "removed"]) {
        room.outbox.addEventListener(type, () => this.dispatchEvent(new Event("outbox")));
      }
      this.rooms.set(id, room);
    }
    return this.rooms.get(id);
  }

  #count(ofRoom) {
    return [...this.rooms.values()].reduce((sum, room) => sum + ofRoom(room), 0);
  }

  #forget(room) {
    this.rooms.delete(room.id);
  }

  #lost() {
    for (const room of this.rooms.values()) room.joined = false;
  }
}

/** What each type of frame does; types that are not here are not known, and ignored. */
const HEARD = {
  hello(frame) {
    this.greet(frame);
  },
  leave(frame) {
    const room = this.rooms.get(frame.leave);
    if (room?.open && frame.reason) this.putOut(room, frame.reason);
  },
  message(frame, room) {
    room?.follow([frame]);
  },
  update(frame, room) {
    room?.follow(frame.messages);
  },
  enter({ username }, room) {
    room?.came(username);
  },
  exit({ username }, room) {
    room?.went(username);
  },
  room(frame) {
    this.summarize(frame);
  },
  room_gone(frame, room) {
    if (room) this.lose(room, "ROOM_INVALID");
  },
  online({ rooms }) {
    for (const { room, online } of rooms) this.rooms.get(room)?.counted(online);
  },
};
