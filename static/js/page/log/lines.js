import { copyOf } from "../templates.js";
import { dayName, isoDay, sameDay } from "../times.js";
import { paintMessage, paintWaiting } from "./message.js";

const TOGETHER = 5 * 60_000; // lines of one person with no longer pause between them are one group

/** The lines of a log in the page: stored ones by id, then the ones that wait, in order of writing. */
export class Lines {
  #container;
  #room;
  #me;
  #lines = new Map(); // elements, by message id (a number) or ref (a string)
  #facts = new WeakMap(); // of a line: { id, version, user, at, kind, answers }

  constructor(container, room, me) {
    this.#container = container;
    this.#room = room;
    this.#me = me;
  }

  get first() {
    return this.#container.querySelector(".message");
  }

  messageOf(line) {
    return this.#room.log.get(Number(line?.dataset.message));
  }

  lineOf(message) {
    return this.#lines.get(message?.id);
  }

  /** Show exactly these. What was shown already stays the same element, so nothing flashes. */
  reset(messages) {
    const wanted = new Set(messages.map(({ id }) => id));
    for (const id of [...this.#lines.keys()]) {
      if (typeof id === "number" && !wanted.has(id)) this.#remove(id);
    }
    this.add(messages);
  }

  /** Show these, each at its place. */
  add(messages) {
    const lines = messages.map((message) => this.#lineFor(message));
    for (const line of lines) this.#place(line);
    for (const line of lines) {
      this.#join(line);
      this.#join(next(line));
    }
  }

  /** Show these, all older than the first, in one go. */
  addOlder(messages) {
    const first = this.first;
    const fresh = document.createDocumentFragment();
    fresh.append(...messages.map((message) => this.#lineFor(message)));
    this.#container.prepend(fresh);
    for (const message of messages) this.#join(this.#lines.get(message.id));
    this.#join(first);
  }

  change(messages) {
    for (const message of messages) {
      this.#lineFor(message);
      for (const answer of this.#answersTo(message.id)) this.#paint(answer, this.messageOf(answer));
    }
  }

  drop(messages) {
    for (const { id } of messages) this.#remove(id);
    this.#join(this.first);
  }

  showWaiting(waiting, held) {
    const known = this.#lines.get(waiting.ref);
    const line = known ?? this.#make(waiting.ref);
    paintWaiting(line, waiting, this.#me, held);
    this.#facts.set(line, { id: Infinity, user: this.#me.id, at: waiting.writtenAt, kind: 0 });
    if (known) return;
    this.#container.append(line);
    this.#join(line);
  }

  removeWaiting({ ref }) {
    this.#remove(ref);
  }

  /** The waiting line has become this message: from now on its element is the message's. */
  adopt({ ref }, { id }) {
    const line = this.#lines.get(ref);
    if (!line || this.#lines.has(id)) return;
    this.#lines.delete(ref);
    this.#lines.set(id, line);
    delete line.dataset.waiting;
  }

  /** Say the days anew: midnight has passed. */
  nameDays() {
    for (const time of this.#container.querySelectorAll(".day time")) {
      time.textContent = dayName(new Date(`${time.dateTime}T00:00`));
    }
  }

  #make(key) {
    const line = copyOf("message");
    this.#lines.set(key, line);
    return line;
  }

  #lineFor(message) {
    const line = this.#lines.get(message.id) ?? this.#make(message.id);
    if (this.#facts.get(line)?.version !== message.version) this.#paint(line, message);
    return line;
  }

  #paint(line, message) {
    const { id, version, user, sent_at, reply_to, msg_type: kind } = message;
    const quoted = reply_to && this.#room.log.quoted(reply_to);
    paintMessage(line, message, { mine: user === this.#me.id, quoted });
    this.#facts.set(line, { id, version, user, at: new Date(sent_at), kind, answers: reply_to });
  }

  #answersTo(id) {
    return [...this.#lines.values()].filter((line) => this.#facts.get(line)?.answers === id);
  }

  #place(line) {
    const after = this.#lastBelow(line);
    if (line.parentNode && previous(line) === after) return;
    dayAbove(line)?.remove();
    if (after) after.after(line);
    else this.#container.prepend(line);
  }

  /** The last other line with a lower id; day headings have none. */
  #lastBelow(line) {
    const { id } = this.#facts.get(line);
    let other = this.#container.lastElementChild;
    while (other && (other === line || !(this.#facts.get(other)?.id < id))) other = other.previousElementSibling;
    return other;
  }

  #remove(key) {
    const line = this.#lines.get(key);
    if (!line) return;
    this.#lines.delete(key);
    const following = next(line);
    dayAbove(line)?.remove();
    line.remove();
    this.#join(following);
  }

  /** Settle what stands between a line and the one before: a new day, a new group, or nothing. */
  #join(line) {
    if (!line) return;
    const before = previous(line);
    const facts = this.#facts.get(line);
    const other = before && this.#facts.get(before);
    const newDay = !other || !sameDay(facts.at, other.at);
    if (newDay) line.before(day(facts.at, dayAbove(line)));
    else dayAbove(line)?.remove();
    line.toggleAttribute("data-continued", !newDay && !facts.answers && together(facts, other));
  }
}

function together(facts, other) {
  return facts.user === other.user && facts.kind === other.kind && facts.at - other.at < TOGETHER;
}

function dayAbove(line) {
  const above = line.previousElementSibling;
  return above?.matches(".day") ? above : null;
}

function day(date, shown) {
  const heading = shown ?? copyOf("day");
  const time = heading.firstElementChild;
  time.dateTime = isoDay(date);
  time.textContent = dayName(date);
  return heading;
}

function next(line) {
  let other = line.nextElementSibling;
  while (other && !other.matches(".message")) other = other.nextElementSibling;
  return other;
}

function previous(line) {
  let other = line.previousElementSibling;
  while (other && !other.matches(".message")) other = other.previousElementSibling;
  return other;
}
