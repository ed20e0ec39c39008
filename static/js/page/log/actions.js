import { copyOf } from "../templates.js";

/** What each button is for, and whether it is there: (room, message). */
const MAY = {
  "edit-message": (room, message) => room.mayEdit(message),
  "delete-message": (room, message) => room.mayDelete(message),
  "report-message": (room, message) => room.mayReport(message),
  "person-of-message": (room, message) => room.mayAct(message),
};

/**
 * The buttons of a message: one set for the whole log, which goes to the message that the pointer
 * or the focus is on, or that a finger taps.
 *
 * Dispatches "edit-message", "delete-message", "report-message" and "person-of-message" at the log, with
 * the message as detail.
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
    const buttons = [...this.#bar.children];
    for (const button of buttons) button.hidden = !message || !MAY[button.dataset.do](this.#room, message);
    if (buttons.every(({ hidden }) => hidden)) return this.#leave();
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
    log.dispatchEvent(new CustomEvent(button.dataset.do, { detail: message }));
  }
}
