import { say } from "../../words.js";
import { ask } from "../ask.js";
import { Composer } from "../composer/composer.js";
import { Draft } from "../composer/draft.js";
import { descriptionOf } from "../descriptions.js";
import { Log } from "../log/log.js";
import { copyOf } from "../templates.js";
import { showGone } from "./gone.js";
import { News } from "./news.js";
import { Present } from "./present.js";

/**
 * One open room: its head, its log, its composer. Dispatches (at its element) "close-room",
 * "back-to-list", "report-message" with { room, message } as detail, and "moderate-person" with { room, who },
 * where `who` is { user } or { name }.
 */
export class Column {
  element = copyOf("column");
  room;
  log;

  #chat;
  #composer;
  #draft;
  #life = new AbortController(); // the room lives on without its column: what listens to it ends

  /** `offline` tells whether there is no connection. */
  constructor(chat, room, offline) {
    const { signal } = this.#life;
    this.#chat = chat;
    this.room = room;
    this.#draft = new Draft(chat.me.id, room.id);
    new Present(this.#part(".present-button"), this.#part(".present"), room, signal);
    new News(this.#part(".column-news"), room, signal);
    this.log = new Log(this.#part(".log-place"), chat, room, offline, signal);
    this.#composer = new Composer(this.#part(".composer"), chat, room, this.#draft, signal);
    this.#followRoom(signal);
    this.#followPerson();
  }

  /** Give the focus to where one writes, or to the title where one cannot (or a keyboard would pop up). */
  focus() {
    const touch = matchMedia("(hover: none)").matches;
    const place = this.#composer.isOpen && !this.room.gone && !touch ? this.#composer.field : this.#part(".column-title");
    place.focus({ preventScroll: true });
  }

  /** Close the room, having asked if lines still wait; resolves to whether it is closed. */
  async close() {
    const unsent = this.room.gone ? 0 : this.room.outbox.unsent;
    const words = say(
      ngettext("%(count)s message has not been sent yet.", "%(count)s messages have not been sent yet.", unsent),
      { count: unsent },
    );
    if (unsent && !(await ask("ask-close", words))) return false;
    this.#life.abort();
    this.#draft.add(this.#chat.close(this.room));
    return true;
  }

  /** The page goes away: what was not sent stays as a draft. */
  keepUnsent() {
    this.#draft.add(this.room.outbox.empty());
  }

  #followRoom(signal) {
    const { room } = this;
    room.addEventListener("summary", () => this.#showSummary(), { signal });
    room.addEventListener("trouble", () => this.#showTrouble(), { signal });
    room.addEventListener("gone", () => this.#showGone(), { signal });
    this.#part(".column-title").id = `room-${room.id}`;
    this.element.setAttribute("aria-labelledby", `room-${room.id}`);
    this.element.dataset.room = room.id;
    this.#showSummary();
    this.#showTrouble();
  }

  #followPerson() {
    const tell = (type) => () => this.#tell(type);
    this.#part(".column-close").addEventListener("click", tell("close-room"));
    this.#part(".column-gone button").addEventListener("click", tell("close-room"));
    this.#part(".column-back").addEventListener("click", tell("back-to-list"));
    this.#part(".column-trouble button").addEventListener("click", () => this.#chat.open(this.room));
    const form = this.#part(".composer");
    form.addEventListener("sent", () => this.log.toNewest());
    form.addEventListener("editing", ({ detail }) => this.log.markEdited(detail));
    const log = this.log.element;
    log.addEventListener("edit-message", ({ detail }) => this.#composer.edit(detail));
    log.addEventListener("delete-message", ({ detail }) => this.#delete(detail));
    log.addEventListener("report-message", ({ detail }) => this.#report(detail));
    log.addEventListener("person-of-message", ({ detail: { user } }) => this.#moderate({ user }));
    this.#part(".present").addEventListener("person", ({ detail: name }) => this.#moderate({ name }));
    log.addEventListener("retry-line", ({ detail: ref }) => this.room.outbox.retry(this.room.outbox.get(ref)));
    log.addEventListener("discard-line", ({ detail: ref }) => this.#discard(ref));
  }

  #tell(type, detail) {
    this.element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #report(message) {
    this.#tell("report-message", { room: this.room, message });
  }

  #moderate(who) {
    this.#tell("moderate-person", { room: this.room, who });
  }

  #delete(message) {
    ask("ask-delete", message.message, () => this.#chat.delete(message));
  }

  #discard(ref) {
    const { text } = this.room.outbox.get(ref);
    this.room.outbox.remove(ref);
    this.#composer.giveBack(text);
  }

  #showSummary() {
    const { title, access, locked } = this.room;
    const description = descriptionOf(this.room);
    this.#part(".column-title bdi").textContent = title;
    this.#part(".column-title").title = [title, description].filter(Boolean).join("\n");
    this.#part(".log-description").textContent = description;
    this.#part(".log-description").hidden = !description;
    this.#part(".column-locked").hidden = !locked;
    for (const mark of this.element.querySelectorAll(".column-mark[data-access]")) {
      mark.hidden = mark.dataset.access !== access;
    }
    this.#part(".column-close").setAttribute("aria-label", say(gettext("Close %(room)s"), { room: title }));
    this.#showGone();
  }

  #showTrouble() {
    const { trouble } = this.room;
    const words = this.#part(".column-trouble p");
    this.#part(".column-trouble").hidden = !trouble;
    // Written only when it differs: an alert that is written again is read out again.
    if (words.textContent !== trouble) words.textContent = trouble;
  }

  #showGone() {
    const hadFocus = this.element.contains(document.activeElement);
    showGone(this.element, this.room, this.#draft);
    if (this.room.gone && hadFocus) this.#part(".column-title").focus();
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}
