import { say } from "../words.js";

/** Says in the page's head how the connection is; when all is well, nothing. */
export class ConnectionWords {
  #element;
  #connection;
  #chat;
  #clock = null;
  #wasOpen = false;

  constructor(element, connection, chat) {
    this.#element = element;
    this.#connection = connection;
    this.#chat = chat;
    this.#part("button").addEventListener("click", () => connection.tryNow());
    connection.addEventListener("state", () => this.show());
    this.show();
  }

  /** To be called as well when the number of waiting lines has changed. */
  show() {
    const { state } = this.#connection;
    this.#wasOpen ||= state === "open";
    const delayed = this.#chat.delayed;
    this.#element.dataset.state = state === "open" && delayed ? "delayed" : state;
    this.#element.toggleAttribute("data-lost", this.#wasOpen && state !== "open");
    const words = state === "open" ? this.#delayedWords(delayed) : this.#lostWords(state);
    // Written only when it differs: a status that is written again is read out again.
    const place = this.#part("[role=status]");
    if (place.textContent !== words) place.textContent = words;
    const stopped = ["waiting", "flooding", "elsewhere"].includes(state);
    const button = this.#part("button");
    if (!stopped && document.activeElement === button) document.getElementById("main").focus();
    button.hidden = !stopped;
    button.textContent = this.#buttonWords(state);
    this.#showWait(state);
  }

  #delayedWords(count) {
    if (!count) return "";
    const words = [gettext("The server has trouble storing messages."), unsentWords(count)];
    return [...words, gettext("The page keeps trying.")].join(" ");
  }

  #lostWords(state) {
    const words = {
      connecting: this.#wasOpen ? this.#causeWords() : gettext("Connecting…"),
      waiting: this.#causeWords(),
      flooding: gettext("This page asked too much of the server at once, so it was disconnected."),
      elsewhere: gettext("The chat is open in too many windows, so this one was disconnected."),
      "logged-out": gettext("You are logged out."),
    };
    return [words[state], unsentWords(this.#chat.waiting)].filter(Boolean).join(" ");
  }

  #buttonWords(state) {
    const words = { elsewhere: gettext("Use it here"), flooding: gettext("Connect again") };
    return words[state] ?? gettext("Try now");
  }

  #causeWords() {
    const words = {
      restart: gettext("The server is restarting."),
      unavailable: gettext("The server is there, but cannot let anybody in just now."),
    };
    return words[this.#connection.cause] ?? gettext("No connection.");
  }

  /** What goes on from second to second is for the eye alone: read out, it would drown the rest. */
  #showWait(state) {
    clearInterval(this.#clock);
    const waits = state === "waiting";
    const place = this.#part(".connection-wait");
    place.hidden = !waits && !(state === "connecting" && this.#wasOpen);
    place.textContent = gettext("Connecting…");
    if (waits) this.#countDown();
  }

  #countDown() {
    const tick = () => {
      const count = Math.max(1, Math.ceil((this.#connection.retryAt - Date.now()) / 1000));
      this.#part(".connection-wait").textContent = say(
        ngettext("Trying again in %(count)s s", "Trying again in %(count)s s", count),
        { count },
      );
    };
    tick();
    this.#clock = setInterval(tick, 1000);
  }

  #part(selector) {
    return this.#element.querySelector(selector);
  }
}

function unsentWords(count) {
  if (!count) return "";
  return say(ngettext("%(count)s message waits.", "%(count)s messages wait.", count), { count });
}
