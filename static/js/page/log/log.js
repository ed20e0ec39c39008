import { say } from "../../words.js";
import { Actions } from "./actions.js";
import { Bottom } from "./bottom.js";
import { Lines } from "./lines.js";
import { Older } from "./older.js";
import { walkByArrows } from "./walk.js";

const TOO_MANY = 500; // lines in the page; at the end of the log the old ones of them are let go
const ENOUGH = 300;
const QUIET = 1_000; // milliseconds until a screen reader has passed over what is not news

/**
 * The log of one room. Dispatches (at its element) "edit-message", "delete-message", and with a
 * waiting line's ref "retry-line" and "discard-line".
 */
export class Log {
  #room;
  #element;
  #lines;
  #bottom;
  #older;
  #actions;
  #offline;
  #signal;
  #reading = null;

  /**
   * `place` holds the log and the button for the newest; `offline` tells whether there is no
   * connection; `signal` ends it all.
   */
  constructor(place, chat, room, offline, signal) {
    this.#signal = signal;
    this.#room = room;
    this.#offline = offline;
    this.#element = place.querySelector(".log");
    this.#lines = new Lines(place.querySelector(".log-lines"), room, chat.me);
    this.#bottom = new Bottom(this.#element, place.querySelector(".log-lines"), place.querySelector(".log-newest"));
    this.#older = new Older(chat, room, this.#element, signal);
    this.#actions = new Actions(this.#element, this.#lines, room);
    walkByArrows(this.#element);
    this.#element.addEventListener("click", ({ target }) => this.#answerUnsent(target));
    this.#followLog(room.log);
    this.#followOutbox(room.outbox);
    this.#on(room, "summary", () => this.#label());
    this.#label();
    if (room.log.size) this.#quietly(() => this.#lines.reset(room.log.messages));
  }

  get element() {
    return this.#element;
  }

  lineOf(message) {
    return this.#lines.lineOf(message);
  }

  /** Mark the message that is being edited, or none. */
  markEdited(message) {
    for (const line of this.#element.querySelectorAll("[data-editing]")) delete line.dataset.editing;
    this.lineOf(message)?.setAttribute("data-editing", "");
  }

  toNewest() {
    this.#bottom.go();
  }

  nameDays() {
    this.#lines.nameDays();
  }

  /** The connection came or went, or a slow room holds one back: waiting lines say what they wait for. */
  connectionChanged() {
    for (const line of this.#room.outbox.lines) this.#lines.showWaiting(line, this.#held);
    this.#bottom.keep();
  }

  /** What the waiting lines are held up by: "connection", "pace", "server" or nothing (null). */
  get #held() {
    if (this.#offline()) return "connection";
    if (this.#room.writesAt > Date.now()) return "pace";
    return this.#room.outbox.delayed ? "server" : null;
  }

  #label() {
    this.#element.setAttribute("aria-label", say(gettext("Messages in %(room)s"), { room: this.#room.title }));
    this.#actions.refresh();
  }

  #on(target, type, listener) {
    target.addEventListener(type, listener, { signal: this.#signal });
  }

  #followLog(log) {
    this.#on(log, "reset", ({ detail }) => this.#quietly(() => this.#lines.reset(detail.messages)));
    this.#on(log, "older", ({ detail }) => this.#addOlder(detail.messages));
    this.#on(log, "added", ({ detail }) => this.#add(detail.messages));
    this.#on(log, "changed", ({ detail }) => this.#change(detail.messages));
    this.#on(log, "dropped", ({ detail }) => this.#lines.drop(detail.messages));
  }

  #followOutbox(outbox) {
    const show = ({ detail: line }) => {
      this.#lines.showWaiting(line, this.#held);
      this.#bottom.keep();
      this.#older.look();
    };
    this.#on(outbox, "added", show);
    this.#on(outbox, "changed", show);
    this.#on(outbox, "removed", ({ detail: line }) => {
      this.#lines.removeWaiting(line);
      this.#older.look();
    });
    this.#on(this.#room, "paced", () => this.connectionChanged());
    this.#on(this.#room, "arrived", ({ detail }) => this.#lines.adopt(detail.line, detail.message));
  }

  #add(messages) {
    this.#lines.add(messages);
    this.#bottom.news(messages.filter((message) => !this.lineOf(message).hasAttribute("data-mine")).length);
    if (this.#bottom.stays && this.#room.log.size > TOO_MANY) this.#room.log.keepNewest(ENOUGH);
    this.#older.look();
  }

  #change(messages) {
    this.#lines.change(messages);
    this.#actions.refresh();
    this.#bottom.keep();
  }

  /** What is read stays where it is: measured, since not every browser anchors by itself. */
  #addOlder(messages) {
    const anchor = this.#lines.first;
    const before = anchor?.getBoundingClientRect().top;
    this.#quietly(() => this.#lines.addOlder(messages));
    if (anchor && !this.#bottom.stays) this.#element.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Change the log without having it read out. */
  #quietly(change) {
    this.#element.setAttribute("aria-live", "off");
    change();
    this.#bottom.keep();
    this.#older.look();
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => this.#element.setAttribute("aria-live", "polite"), QUIET);
  }

  #answerUnsent(target) {
    const button = target.closest(":is(.message-waiting, .message-failed) button");
    if (!button) return;
    const ref = button.closest(".message").dataset.waiting;
    this.#element.focus({ preventScroll: true });
    this.#element.dispatchEvent(new CustomEvent(`${button.dataset.do}-line`, { detail: ref }));
  }
}
