import { say } from "../../words.js";
import { whyNotWords } from "../reasons.js";
import { growWithText } from "./grow.js";
import { countDown, isBlank } from "./length.js";
import { Pace } from "./pace.js";

/**
 * Where one writes in a room, and edits what one has written there.
 *
 * Dispatches at its form "sent" when a line was given to the outbox, and "editing" with the message
 * that is being edited, or null.
 */
export class Composer {
  #form;
  #chat;
  #room;
  #draft;
  #fit;
  #pace;
  #editing = null;

  constructor(form, chat, room, draft, signal) {
    this.#form = form;
    this.#chat = chat;
    this.#room = room;
    this.#draft = draft;
    this.#fit = growWithText(this.field);
    form.addEventListener("submit", (event) => this.#submit(event));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#typed());
    this.#part(".composer-editing button").addEventListener("click", () => this.leaveEdit());
    room.addEventListener("summary", () => this.#open(), { signal });
    room.log.addEventListener("changed", () => this.#lookAtEdited(), { signal });
    this.#pace = new Pace(this.#part(".composer-pace"), room, () => this.#count(), signal);
    this.#part(".composer-count").id = `count-${room.id}`;
    this.field.setAttribute("aria-describedby", `count-${room.id}`);
    this.#write(draft.text);
    this.#open();
  }

  get field() {
    return this.#part(".composer-text");
  }

  /** Whether one can write here now. */
  get isOpen() {
    return !this.field.disabled;
  }

  /** Take a text that could not be sent back for another try. */
  giveBack(text) {
    this.leaveEdit();
    this.#draft.add([text]);
    this.#write(this.#draft.text);
    this.field.focus();
  }

  edit(message) {
    this.#editing = message;
    this.#part(".composer-editing").hidden = false;
    this.#write(message.message);
    this.#tell("editing", message);
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  leaveEdit() {
    if (!this.#editing) return;
    this.#editing = null;
    this.#part(".composer-editing").hidden = true;
    this.#write(this.#draft.text);
    this.#tell("editing", null);
    this.field.focus();
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the key chooses a word of an input method
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#form.requestSubmit();
    } else if (event.key === "Escape" && this.#editing) {
      this.leaveEdit();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.#editing) {
      this.#editLast(event);
    }
  }

  #editLast(event) {
    const message = this.#room.log.findLast((message) => this.#room.mayEdit(message));
    if (!message) return;
    event.preventDefault();
    this.edit(message);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.field.value;
    if (!this.isOpen || isBlank(text) || this.#tooLong()) return;
    if (this.#editing) return this.#save(text);
    if (this.#pace.wait) return this.#trouble(this.#pace.words);
    this.#draft.text = "";
    this.#write("");
    this.#room.outbox.add(text);
    this.#tell("sent");
    this.field.focus();
  }

  async #save(text) {
    const message = this.#editing;
    this.field.readOnly = true;
    try {
      await this.#chat.edit(message, text);
      if (this.#editing === message) this.leaveEdit();
    } catch (refusal) {
      if (!refusal.detail) throw refusal;
      this.#trouble(say(gettext("Not changed. %(reason)s"), { reason: refusal.detail }));
    } finally {
      this.field.readOnly = false;
    }
  }

  #typed() {
    if (!this.#editing) this.#draft.text = this.field.value;
    this.#trouble("");
    this.#count();
  }

  #write(text) {
    this.field.value = text;
    this.#fit();
    this.#trouble("");
    this.#count();
  }

  #count() {
    const over = this.#tooLong();
    const empty = isBlank(this.field.value);
    this.#part(".composer-send").setAttribute("aria-disabled", String(over || empty || !this.isOpen || this.#paused));
    this.field.setAttribute("aria-invalid", String(over));
  }

  get #paused() {
    return !this.#editing && this.#pace?.wait > 0;
  }

  #tooLong() {
    return countDown(this.#part(".composer-count"), this.field.value, this.#chat.limits.message_max_length);
  }

  /** Open or close the field, as the rights in the room are now. */
  #open() {
    const { whyNot, title } = this.#room;
    if (whyNot && this.#editing) this.leaveEdit();
    this.field.disabled = Boolean(whyNot);
    const label = say(gettext("Message to %(room)s"), { room: title });
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = label;
    this.#part(".composer-closed").hidden = !whyNot;
    this.#part(".composer-closed span").textContent = whyNot ? whyNotWords(whyNot) : "";
    // What was begun stays to be read, and comes back to life with the room.
    this.#part(".composer-box").hidden = Boolean(whyNot) && !this.field.value;
    this.#count();
  }

  #lookAtEdited() {
    const now = this.#editing && this.#room.log.get(this.#editing.id);
    if (!now?.deleted) return;
    const text = this.field.value;
    this.#draft.add([text]);
    this.leaveEdit();
    this.#trouble(gettext("The message has been deleted meanwhile; your text is here as a new one."));
  }

  #trouble(words) {
    const element = this.#part(".composer-trouble");
    if (element.textContent !== words) element.textContent = words;
  }

  #part(selector) {
    return this.#form.querySelector(selector);
  }

  #tell(type, detail) {
    this.#form.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
