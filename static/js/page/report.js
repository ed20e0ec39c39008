import { post } from "./posting.js";

/** The dialog in which one reports a message. */
export class ReportDialog {
  #dialog;
  #form;
  #address = null; // of the message's report

  constructor(dialog) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#button.addEventListener("click", () => this.#report());
  }

  open(room, message) {
    this.#address = `${room.url}messages/${message.id}/report/`;
    this.#form.reset();
    this.#dialog.querySelector(".ask-text").textContent = message.message;
    this.#button.hidden = false;
    this.#say("", "");
    this.#dialog.showModal();
    this.#form.elements.reason.focus();
  }

  get #button() {
    return this.#dialog.querySelector("[data-do=report]");
  }

  async #report() {
    this.#button.disabled = true;
    try {
      await post(this.#address, this.#form);
      this.#say("", gettext("Thank you. Somebody will look at it."));
      this.#button.hidden = true;
      this.#dialog.querySelector(".buttons .button").focus();
    } catch (refusal) {
      if (!refusal.detail) throw refusal;
      this.#say(refusal.detail, "");
    } finally {
      this.#button.disabled = false;
    }
  }

  #say(trouble, done) {
    this.#dialog.querySelector(".ask-trouble").textContent = trouble;
    this.#dialog.querySelector(".ask-done").textContent = done;
  }
}
