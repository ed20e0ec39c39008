import { makeRef } from "./ref.js";

const PATIENCE = 15_000; // milliseconds: a server whose database is away answers after 12 s at the latest

/** What the server (or the lack of one) said instead of doing what it was asked. */
export class Refusal extends Error {
  /** `code` is one of the protocol's, or NO_CONNECTION or NO_ANSWER; `detail` a sentence. */
  constructor(code, detail, retryAfter = null) {
    super(detail);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter; // seconds
  }

  static from(frame) {
    if (frame.error === "UNAVAILABLE") return unanswered(frame.error);
    return new Refusal(frame.error, frame.detail, frame.retry_after ?? null);
  }
}

/** Commands that wait for their reply: each is paired with it by its ref. */
export class Requests {
  #connection;
  #waiting = new Map();

  constructor(connection) {
    this.#connection = connection;
    connection.addEventListener("state", () => connection.isOpen || this.#loseAll());
  }

  /** Send a command; resolves with the reply's frame, rejects with a Refusal. */
  ask(command, fields) {
    return new Promise((resolve, reject) => {
      const ref = makeRef();
      if (!this.#connection.send({ command, ref, ...fields })) return reject(noConnection());
      const timer = setTimeout(() => {
        this.#waiting.delete(ref);
        reject(unanswered("NO_ANSWER"));
      }, PATIENCE);
      this.#waiting.set(ref, { resolve, reject, timer });
    });
  }

  /** Give a frame to whoever waits for it; false when nobody does. */
  settle(frame) {
    const request = this.#waiting.get(frame.ref);
    if (!request) return false;
    this.#waiting.delete(frame.ref);
    clearTimeout(request.timer);
    if (frame.type === "error") request.reject(Refusal.from(frame));
    else request.resolve(frame);
    return true;
  }

  #loseAll() {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(noConnection());
    }
    this.#waiting.clear();
  }
}

function unanswered(code) {
  return new Refusal(code, gettext("The server did not answer in time."));
}

function noConnection() {
  return new Refusal("NO_CONNECTION", gettext("There is no connection just now."));
}
