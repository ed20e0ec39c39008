import { Heartbeat } from "./heartbeat.js";
import { SERVER_RESTARTS, waitAfter } from "./waits.js";

const LOGGED_OUT = 4401;
const TOO_MANY_SOCKETS = 4409;
const FLOODING = 4429;
const GREETING_PATIENCE = 15_000; // milliseconds for the handshake and the hello together
const RETURN_PATIENCE = 4_000; // somebody looks at the page now: do not let them wait for ten seconds

/**
 * The one WebSocket, which comes back by itself.
 *
 * Dispatches "state" whenever `state` changes, "frame" with each frame as its detail (the hello
 * included) and "logged-out" when there is nothing left but to log in again.
 */
export class Connection extends EventTarget {
  /**
   * One of connecting, open, waiting, logged-out; and elsewhere (too many tabs) and flooding (this one
   * asked for too much), from which it comes back only when somebody asks.
   */
  state = "connecting";
  /** When it tries again (as Date.now() counts), while waiting. */
  retryAt = null;
  /** What is known of the last loss: "restart", "unavailable" (the server lets nobody in), or null. */
  cause = null;

  #address;
  #socket = null;
  #heartbeat = new Heartbeat(() => this.#write({ command: "ping" }), () => this.#lose(null));
  #timer = null;
  #losses = 0;
  #greetedOnce = false;
  #refusedOnce = false;
  #turnedAway = false;

  constructor(path) {
    super();
    const address = new URL(path, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.#address = address.href;
  }

  start() {
    addEventListener("online", () => this.#comeBack());
    addEventListener("offline", () => this.isOpen && this.#heartbeat.check(RETURN_PATIENCE));
    addEventListener("pageshow", (event) => event.persisted && this.#comeBack());
    document.addEventListener("visibilitychange", () => document.hidden || this.#comeBack());
    this.#open();
  }

  get isOpen() {
    return this.state === "open";
  }

  /** Write a frame; false when there is no connection to write it to. */
  send(frame) {
    return this.isOpen && this.#write(frame);
  }

  /** Somebody pressed the button, or something says that it would work now. */
  tryNow() {
    if (["waiting", "flooding", "elsewhere"].includes(this.state)) this.#open();
  }

  #comeBack() {
    if (this.isOpen) this.#heartbeat.check(RETURN_PATIENCE);
    else if (this.state === "waiting") this.#open();
  }

  #write(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #open() {
    clearTimeout(this.#timer);
    this.#become("connecting");
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(null), GREETING_PATIENCE);
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(event.data));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#lose(event.code));
  }

  #hear(text) {
    const frame = JSON.parse(text);
    this.#heartbeat.heard();
    if (frame.type === "hello") this.#greeted();
    else if (!this.isOpen && frame.error === "UNAVAILABLE") this.#turnedAway = true;
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  #greeted() {
    clearTimeout(this.#timer);
    this.#losses = 0;
    this.#greetedOnce = true;
    this.#refusedOnce = false;
    this.#become("open");
  }

  #lose(code) {
    this.#heartbeat.stop();
    clearTimeout(this.#timer);
    const lost = this.#socket;
    this.#socket = null; // whatever the old one still says is not heard any more
    lost.close();
    this.#losses += 1;
    this.#learnCause(code);
    if (code === LOGGED_OUT && !this.#mayTryOnceMore()) this.#logOut();
    else if (code === TOO_MANY_SOCKETS) this.#become("elsewhere");
    else if (code === FLOODING) this.#become("flooding");
    else this.#wait(code);
  }

  #learnCause(code) {
    if (this.#turnedAway) this.cause = "unavailable";
    else this.cause = code === SERVER_RESTARTS ? "restart" : null;
    this.#turnedAway = false;
  }

  /** One's own new password renews the session: the first refusal after a hello may be a passing one. */
  #mayTryOnceMore() {
    const first = this.#greetedOnce && !this.#refusedOnce;
    this.#refusedOnce = true;
    return first;
  }

  #wait(code) {
    const wait = waitAfter(code, this.#losses);
    this.retryAt = Date.now() + wait;
    this.#timer = setTimeout(() => this.#open(), wait);
    this.#become("waiting");
  }

  #logOut() {
    this.#become("logged-out");
    this.dispatchEvent(new Event("logged-out"));
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
