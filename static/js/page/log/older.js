const AHEAD = 600; // pixels: loads before the top is reached

/** Loads older pages of a log when one scrolls near its top, and says how that goes. */
export class Older {
  #chat;
  #room;
  #scroller;
  #busy = false;
  #failed = false;

  constructor(chat, room, scroller, signal) {
    this.#chat = chat;
    this.#room = room;
    this.#scroller = scroller;
    scroller.addEventListener("scroll", () => this.look(), { passive: true });
    this.#part(".log-failed button").addEventListener("click", () => this.#again());
    room.addEventListener("joined", () => this.#again(), { signal });
  }

  /** Load a page if one is wanted; to be called when the log has changed as well. */
  look() {
    const { scrollTop, clientHeight } = this.#scroller;
    const { log, joined } = this.#room;
    this.#show();
    if (this.#busy || this.#failed || !joined || !log.more || !log.oldest) return;
    if (clientHeight && scrollTop < AHEAD) this.#load();
  }

  #again() {
    this.#failed = false;
    this.look();
  }

  async #load() {
    this.#busy = true;
    this.#show();
    try {
      await this.#chat.loadOlder(this.#room);
    } catch (refusal) {
      if (!refusal.detail) throw refusal;
      this.#failed = true;
      this.#part(".log-failed span").textContent = refusal.detail;
    } finally {
      this.#busy = false;
    }
    this.look();
  }

  #show() {
    const { log, outbox } = this.#room;
    const known = log.version !== null;
    this.#part(".log-opening").hidden = known;
    this.#part(".log-loading").hidden = !(known && log.more) || this.#failed;
    this.#part(".log-failed").hidden = !this.#failed;
    this.#part(".log-beginning").hidden = !known || log.more;
    this.#part(".log-nothing").hidden = log.size > 0 || outbox.size > 0;
  }

  #part(selector) {
    return this.#scroller.querySelector(selector);
  }
}
