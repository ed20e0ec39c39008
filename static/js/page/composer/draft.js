/** The text that somebody has begun to write in a room: it outlives a reload, but not the tab. */
export class Draft {
  #key;

  constructor(user, room) {
    this.#key = `multichat:draft:${user}:${room}`;
  }

  get text() {
    return sessionStorage.getItem(this.#key) ?? "";
  }

  set text(text) {
    try {
      if (text) sessionStorage.setItem(this.#key, text);
      else sessionStorage.removeItem(this.#key);
    } catch {
      // A full or forbidden storage costs the draft at the next reload, and nothing before.
    }
  }

  /** Keep these texts as well, below what is there. */
  add(texts) {
    this.text = [this.text, ...texts].filter(Boolean).join("\n");
  }
}
