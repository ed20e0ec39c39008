// A connection may be dead while the browser still calls it open: a laptop that slept, a router that
// forgot. So silence is answered with a ping, and silence after that with giving the socket up.

const SILENCE = 20_000;
const PATIENCE = 10_000;

export class Heartbeat {
  #ping;
  #giveUp;
  #timer = null;

  /** `ping` asks the other side for a sign of life; `giveUp` is called when none came. */
  constructor(ping, giveUp) {
    this.#ping = ping;
    this.#giveUp = giveUp;
  }

  /** A frame came: all is well for a while. */
  heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), SILENCE);
  }

  /** Ask now; without any frame within `patience` milliseconds the connection is given up. */
  check(patience = PATIENCE) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#giveUp, patience);
    this.#ping();
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
