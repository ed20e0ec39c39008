import { say } from "../words.js";
import { fetchJson, post } from "./posting.js";

/** The dialog on a person in a room: what they are there, and what one may do about it. */
export class PersonDialog {
  #dialog;
  #form;
  #address = null; // of what it shows

  constructor(dialog) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#part(".person-acts").addEventListener("click", ({ target }) => this.#act(target.closest("button")));
    // Enter in the field for the reason must choose nothing.
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
    });
  }

  /** Show somebody of a room; `who` is { user } (an id) or { name }. */
  async open(room, who) {
    this.#address = `${room.url}person/?${new URLSearchParams(who)}`;
    this.#form.reset();
    this.#show({ name: who.name ?? "…", words: [], acts: null });
    this.#part(".person-room").textContent = say(gettext("In the room “%(room)s”"), { room: room.title });
    this.#dialog.showModal();
    await this.#ask(() => fetchJson(this.#address));
  }

  #act(button) {
    if (!button) return;
    return this.#ask(() => post(this.#address, this.#form, { act: button.value }), gettext("Done."));
  }

  /** Show what comes of a question, or why nothing does. */
  async #ask(question, done = "") {
    const address = this.#address;
    this.#say("", "");
    for (const button of this.#buttons()) button.disabled = true;
    try {
      const person = await question();
      if (address !== this.#address) return; // another person is shown by now
      this.#show(person);
      this.#say("", done);
    } catch (refusal) {
      if (!refusal.detail) throw refusal;
      if (address === this.#address) this.#say(refusal.detail, "");
    } finally {
      for (const button of this.#buttons()) button.disabled = false;
    }
  }

  #buttons() {
    return this.#part(".person-acts").children;
  }

  /** `acts` is null while they are not known. */
  #show({ name, words, acts }) {
    const hadFocus = this.#part(".person-acts").contains(document.activeElement);
    this.#part("#person-name").textContent = name;
    this.#part(".person-words").replaceChildren(...words.map(sentence));
    this.#part(".person-acts").replaceChildren(...(acts ?? []).map(button));
    this.#part(".person-may").hidden = !acts?.length;
    this.#part(".field:has([name=minutes])").hidden = !acts?.some(({ name }) => name === "silence");
    this.#part(".person-nothing").hidden = acts === null || acts.length > 0;
    if (hadFocus) this.#part(".ask-done").focus();
  }

  #say(trouble, done) {
    this.#part(".ask-trouble").textContent = trouble;
    this.#part(".ask-done").textContent = done;
  }

  #part(selector) {
    return this.#dialog.querySelector(selector);
  }
}

function sentence(words) {
  const item = document.createElement("li");
  item.textContent = words;
  return item;
}

function button({ name, words, danger }) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = danger ? "button danger" : "button";
  element.value = name;
  element.textContent = words;
  return element;
}
