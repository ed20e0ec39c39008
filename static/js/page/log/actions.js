import { copyOf } from "../templates.js";

/**
 * The buttons of a message: one set for the whole log, which goes to the message that the pointer
 * or the focus is on, or that a finger taps.
 *
 * Dispatches "edit-message" and "delete-message" at the log, with the message as detail.
 */
export class Actions {
  #lines;
  #room;
  #bar = copyOf("message-actions");

  constructor(log, lines, room) {
    this.#lines = lines;
    this.#room = room;
    log.addEventListener("focusin", ({ target }) => this.#goTo(target));
    log.addEventListener("focusout", ({ relatedTarget }) => log.contains(relatedTarget) || this.#unfocused(log));
    log.addEventListener("pointerover", ({ target, pointerType }) => pointerType === "mouse" && this.#follow(target));
    log.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.#follow(null));
    log.addEventListener("click", ({ target, pointerType }) => pointerType !== "mouse" && this.#goTo(target));
    this.#bar.addEventListener("click", ({ target }) => this.#act(log, target.closest("button")));
  }

  /** To be called when the message under the buttons, or the right to change it, has changed. */
  refresh() {
    if (this.#bar.parentNode) this.#goTo(this.#bar);
  }

  #follow(target) {
    if (this.#bar.contains(document.activeElement)) return; // a passing pointer takes no focus away
    this.#goTo(target ?? document.activeElement);
  }

  #unfocused(log) {
    if (!log.matches(":hover")) this.#bar.remove();
  }

  #goTo(target) {
    const line = target?.closest?.(".message[data-message]");
    const message = this.#lines.messageOf(line);
    const may = { edit: message && this.#room.mayEdit(message), delete: message && this.#room.mayDelete(message) };
    if (!may.edit && !may.delete) return this.#leave();
    for (const button of this.#bar.children) button.hidden = !may[button.dataset.do];
    if (this.#bar.parentNode !== line) line.append(this.#bar);
  }

  #leave() {
    const line = this.#bar.parentNode;
    const hadFocus = this.#bar.contains(document.activeElement);
    this.#bar.remove();
    if (hadFocus) line.focus({ preventScroll: true });
  }

  #act(log, button) {
    if (!button) return;
    const line = this.#bar.closest(".message");
    const message = this.#lines.messageOf(line);
    // The dialog gives the focus back to where it was: that is to outlive these buttons.
    line.focus({ preventScroll: true });
    log.dispatchEvent(new CustomEvent(`${button.dataset.do}-message`, { detail: message }));
  }
}
