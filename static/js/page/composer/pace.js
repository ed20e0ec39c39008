import { say } from "../../words.js";

/** Counts down, in a slow room, until one may write again. Calls `changed` when that begins or ends. */
export class Pace {
  #element;
  #room;
  #changed;
  #timer = null;

  constructor(element, room, changed, signal) {
    this.#element = element;
    this.#room = room;
    this.#changed = changed;
    for (const type of ["paced", "summary"]) room.addEventListener(type, () => this.#count(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.#count();
  }

  /** Seconds to wait, whole ones; 0 when one may write. */
  get wait() {
    return this.#room.slow ? Math.max(0, Math.ceil((this.#room.writesAt - Date.now()) / 1000)) : 0;
  }

  get words() {
    return say(gettext("Slow mode: you can write again in %(seconds)s s."), { seconds: this.wait });
  }

  #count() {
    clearTimeout(this.#timer);
    const waits = this.wait > 0;
    this.#element.textContent = waits ? this.words : "";
    if (this.#element.hidden === waits) {
      this.#element.hidden = !waits;
      this.#changed();
    }
    if (waits) this.#timer = setTimeout(() => this.#count(), 250);
  }
}
