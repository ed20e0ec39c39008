// Sends the lines of a room's outbox, and learns what became of each: stored, failed, or nobody knows.

const PATIENCE = 10_000; // milliseconds for an ack, while there is a connection
const TRIES = 4; // of a line that the server had no time for
const PAUSE = 1_000; // milliseconds before the second try, doubled for each further one

export class Sender {
  #connection;
  #limits;
  #lines = new Map(); // by ref: { room, line, timer }

  /** `limits` gives the limits of the latest hello. */
  constructor(connection, limits) {
    this.#connection = connection;
    this.#limits = limits;
    connection.addEventListener("state", () => connection.isOpen || this.#pause());
  }

  /** Take care of a room's lines: each goes out as soon as the room is joined. */
  watch(room) {
    const send = ({ detail: line }) => line.state === "waiting" && this.#send(room, line);
    room.outbox.addEventListener("added", send);
    room.outbox.addEventListener("changed", send);
    room.outbox.addEventListener("removed", ({ detail: line }) => this.#forget(line.ref));
    // What the join's reply brought has been taken out of the outbox before this; the rest is sent
    // again, and the server knows by the ref what it has stored already.
    room.addEventListener("joined", () => room.outbox.lines.forEach((line) => send({ detail: line })));
  }

  /** Whether this frame was the answer to a line. */
  settle(frame) {
    const sent = this.#lines.get(frame.ref);
    if (!sent) return false;
    this.#forget(frame.ref);
    if (frame.type === "ack") sent.room.acknowledge(sent.line, frame.id);
    else this.#refused(sent, frame);
    return true;
  }

  #send(room, line) {
    if (!room.joined || this.#lines.has(line.ref)) return;
    const frame = { command: "send", room: room.id, message: line.text, ref: line.ref };
    // Larger than this and the server closes the socket: it would come back, send it again, and so on.
    if (new TextEncoder().encode(JSON.stringify(frame)).length > this.#limits().frame_max_bytes) {
      return room.outbox.fail(line, gettext("This message is too long to be sent."));
    }
    if (!this.#connection.send(frame)) return;
    const timer = setTimeout(() => this.#unanswered(room, line), PATIENCE);
    this.#lines.set(line.ref, { room, line, timer });
  }

  #unanswered(room, line) {
    this.#forget(line.ref);
    room.outbox.fail(line, gettext("The server did not confirm this message."));
  }

  #refused({ room, line }, { error, detail, retry_after }) {
    line.tries += 1;
    const passing = error === "UNAVAILABLE" || error === "RATE_LIMITED";
    if (!passing || line.tries >= TRIES) return room.outbox.fail(line, detail);
    const pause = retry_after ? retry_after * 1000 : PAUSE * 2 ** (line.tries - 1);
    const timer = setTimeout(() => {
      this.#forget(line.ref);
      this.#send(room, line);
    }, pause);
    this.#lines.set(line.ref, { room, line, timer });
  }

  #forget(ref) {
    clearTimeout(this.#lines.get(ref)?.timer);
    this.#lines.delete(ref);
  }

  /** Without a connection nothing is late: the lines go out again after the next join. */
  #pause() {
    for (const ref of [...this.#lines.keys()]) this.#forget(ref);
  }
}
