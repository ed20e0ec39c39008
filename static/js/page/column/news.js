import { say } from "../../words.js";

const SHOWN = 12_000; // milliseconds for a sentence

/** Says in a column, for a while, what has been changed about its room. */
export class News {
  #element;
  #room;
  #known;
  #timer = null;

  constructor(element, room, signal) {
    this.#element = element;
    this.#room = room;
    this.#known = known(room);
    room.addEventListener("summary", () => this.#look(), { signal });
  }

  #look() {
    const before = this.#known;
    this.#known = known(this.#room);
    const news = SENTENCES.filter(([key]) => before[key] !== this.#known[key]);
    const sentences = news.map(([, words]) => words(this.#room)).filter(Boolean);
    if (sentences.length) this.#show(sentences.join(" "));
  }

  #show(words) {
    this.#element.textContent = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#element.textContent = ""), SHOWN);
  }
}

function known(room) {
  return Object.fromEntries(SENTENCES.map(([key]) => [key, room[key]]));
}

/** What is said when a value of the room has changed. Why one cannot write the composer says. */
const SENTENCES = [
  ["title", ({ title }) => say(gettext("This room is called “%(title)s” now."), { title })],
  ["access", ({ access }) => accessWords(access)],
  ["locked", ({ locked }) => (locked ? gettext("This room has been locked.") : gettext("This room is not locked any more."))],
  ["posting", ({ posting }) => postingWords(posting)],
  ["slow", ({ slow }) => slowWords(slow)],
  ["moderator", ({ moderator }) => moderatorWords(moderator)],
  ["whyNot", ({ whyNot }) => (whyNot ? "" : gettext("You can write here now."))],
];

function accessWords(access) {
  return {
    open: gettext("Everybody may enter this room now."),
    members: gettext("Only its members may enter this room now."),
    staff: gettext("Only staff may enter this room now."),
    superusers: gettext("Only superusers may enter this room now."),
  }[access];
}

function postingWords(posting) {
  if (posting === "everyone") return gettext("Everybody in this room may write now.");
  return gettext("Only moderators and staff write in this room now.");
}

function slowWords(slow) {
  if (!slow) return gettext("There is no slow mode for you here.");
  return say(gettext("Slow mode: %(slow)s seconds between two messages."), { slow });
}

function moderatorWords(moderator) {
  return moderator ? gettext("You moderate this room now.") : gettext("You do not moderate this room any more.");
}
