import { pauseAfter } from "../wire/waits.js";

// Milliseconds for an ack, while there is a connection: then the line is said to wait for the server,
// and then it is sent again. A server whose database is away answers after 12 s at the latest.
const SLOW = 3_000;
const PATIENCE = 15_000;

/**
 * Sends the lines of the rooms' outboxes, and learns what became of each.
 *
 * In each room one goes after the other: so they are stored in the order of writing, also when one of
 * them has to be sent again. What the server could not store or confirm is sent again until it has
 * been, after pauses that grow; by the ref the server knows what it has stored already.
 */
export class Sender {
  #connection;
  #limits;
  #underWay = new Map(); // by room: { line, tries, timer }

  /** `limits` gives the limits of the latest hello. */
  constructor(connection, limits) {
    this.#connection = connection;
    this.#limits = limits;
    connection.addEventListener("state", () => connection.isOpen || this.#lost());
  }

  /** Take care of a room's lines: each goes out once the room is joined and the one before is done. */
  watch(room) {
    room.outbox.addEventListener("added", () => this.#goOn(room));
    room.outbox.addEventListener("changed", () => this.#goOn(room));
    room.outbox.addEventListener("removed", ({ detail: line }) => this.#done(room, line));
    // What the join's reply brought has been taken out of the outbox before this.
    room.addEventListener("joined", () => this.#goOn(room));
  }

  /** Whether this frame was the answer to a line. */
  settle(frame) {
    const sent = [...this.#underWay].find(([, { line }]) => line.ref === frame.ref);
    if (!sent) return false;
    const [room, { line }] = sent;
    if (frame.type === "ack") room.acknowledge(line, frame.id);
    else if (frame.error === "UNAVAILABLE") return this.#unconfirmed(room);
    else if (frame.error === "RATE_LIMITED") return this.#limited(room, frame.retry_after);
    else room.outbox.fail(line, frame.detail);
    this.#done(room, line);
    return true;
  }

  #goOn(room) {
    if (!room.joined || this.#underWay.has(room)) return;
    const line = room.outbox.lines.find(({ state }) => state === "waiting");
    if (line) this.#send(room, line);
  }

  #send(room, line, tries = 1) {
    const frame = { command: "send", room: room.id, message: line.text, ref: line.ref };
    // Larger than this and the server closes the socket: it would come back, send it again, and so on.
    if (new TextEncoder().encode(JSON.stringify(frame)).length > this.#limits().frame_max_bytes) {
      return room.outbox.fail(line, gettext("This message is too long to be sent."));
    }
    if (!this.#connection.send(frame)) return;
    const timer = setTimeout(() => this.#slow(room), SLOW);
    this.#underWay.set(room, { line, tries, timer });
  }

  #slow(room) {
    room.outbox.delay(true);
    this.#underWay.get(room).timer = setTimeout(() => this.#later(room), PATIENCE - SLOW);
  }

  #unconfirmed(room) {
    room.outbox.delay(true);
    return this.#later(room);
  }

  #limited(room, seconds) {
    if (room.slow) room.pace(seconds);
    return this.#later(room, seconds);
  }

  /** Send the line again, after so many seconds if the server has named them. */
  #later(room, seconds) {
    const sent = this.#underWay.get(room);
    const again = () => (room.joined ? this.#send(room, sent.line, sent.tries + 1) : this.#forget(room));
    clearTimeout(sent.timer);
    sent.timer = setTimeout(again, seconds * 1000 || pauseAfter(sent.tries));
    return true;
  }

  #done(room, line) {
    if (this.#underWay.get(room)?.line !== line) return;
    this.#forget(room);
    this.#goOn(room);
  }

  #forget(room) {
    clearTimeout(this.#underWay.get(room).timer);
    this.#underWay.delete(room);
    room.outbox.delay(false);
  }

  /** Without a connection nothing is late: the lines go out again after the next join. */
  #lost() {
    for (const room of [...this.#underWay.keys()]) this.#forget(room);
  }
}
