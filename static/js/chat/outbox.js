import { makeRef } from "../wire/ref.js";

/**
 * The lines of one room that are not yet known to be stored, in the order of writing.
 *
 * A line is `{ref, text, writtenAt, state, detail}`. Its state is "waiting" (on its way, or
 * for a connection), "stored" (acknowledged; the message itself comes with the feed) or "failed"
 * (with the sentence that says why). Dispatches "added", "changed" and "removed" with the line as
 * detail.
 */
export class Outbox extends EventTarget {
  /** Whether the server has trouble storing the waiting lines. */
  delayed = false;

  #lines = new Map();

  get size() {
    return this.#lines.size;
  }

  /** How many are on their way, or wait for a connection. */
  get waiting() {
    return this.lines.filter((line) => line.state === "waiting").length;
  }

  /** How many would be lost with this page: the waiting and the failed ones. */
  get unsent() {
    return this.lines.filter((line) => line.state !== "stored").length;
  }

  get lines() {
    return [...this.#lines.values()];
  }

  get(ref) {
    return this.#lines.get(ref);
  }

  add(text) {
    const line = { ref: makeRef(), text, writtenAt: new Date(), state: "waiting", detail: "" };
    this.#lines.set(line.ref, line);
    this.#tell("added", line);
  }

  stored(line, id) {
    Object.assign(line, { state: "stored", id, detail: "" });
    this.#tell("changed", line);
  }

  fail(line, detail) {
    Object.assign(line, { state: "failed", detail });
    this.#tell("changed", line);
  }

  /** Send it again, with the same ref: had it been stored after all, it is not stored twice. */
  retry(line) {
    Object.assign(line, { state: "waiting", detail: "" });
    this.#tell("changed", line);
  }

  delay(delayed) {
    if (this.delayed === delayed) return;
    this.delayed = delayed;
    for (const line of this.lines) if (line.state === "waiting") this.#tell("changed", line);
  }

  remove(ref) {
    const line = this.#lines.get(ref);
    if (this.#lines.delete(ref)) this.#tell("removed", line);
  }

  /** Give every text back and forget the lines: the room is left. */
  empty() {
    const texts = this.lines.filter((line) => line.state !== "stored").map((line) => line.text);
    for (const ref of [...this.#lines.keys()]) this.remove(ref);
    return texts;
  }

  #tell(type, line) {
    this.dispatchEvent(new CustomEvent(type, { detail: line }));
  }
}
