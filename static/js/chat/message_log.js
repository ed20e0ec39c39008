/**
 * A room's messages as far as this page knows them: a run of them without holes, ordered by id.
 *
 * Dispatches, each with `{messages}` as its detail:
 *   "reset"    all is new, forget what was shown
 *   "older"    these came in before the others
 *   "added"    these are news, after the others
 *   "changed"  these are known, and different now
 *   "dropped"  these are known no longer (they can be loaded again)
 */
export class MessageLog extends EventTarget {
  /** The version up to which every change has been seen; null before the first page. */
  version = null;
  epoch = null;
  /** Whether there are older ones than the first. */
  more = false;

  #messages = new Map();
  #ids = [];
  #quoted = new Map();

  get size() {
    return this.#ids.length;
  }

  get oldest() {
    return this.#messages.get(this.#ids[0]);
  }

  get messages() {
    return this.#ids.map((id) => this.#messages.get(id));
  }

  get(id) {
    return this.#messages.get(id);
  }

  /** The message that an answer points at, if it is known. */
  quoted(id) {
    return this.#messages.get(id) ?? this.#quoted.get(id);
  }

  /** The last message that `wanted` says yes to. */
  findLast(wanted) {
    const id = this.#ids.findLast((id) => wanted(this.#messages.get(id)));
    return this.#messages.get(id);
  }

  /** Take a join's reply: a new start, or what was missed. */
  join({ reset, messages, quoted, more, version, epoch }) {
    this.epoch = epoch;
    this.#keepQuoted(quoted);
    if (reset) {
      this.#messages = new Map(messages.map((message) => [message.id, message]));
      this.#ids = messages.map((message) => message.id);
      this.more = more;
      this.#tell("reset", messages);
    } else {
      this.#take(messages);
    }
    this.version = version;
  }

  /** Take new messages or changes, in the order of their versions. */
  follow(messages) {
    this.#take(messages);
    // Only what the room's feed delivers moves the version on. A page of history may hold later
    // changes than the feed has delivered so far; counting those would skip what lies between.
    for (const { version } of messages) this.version = Math.max(this.version, version);
  }

  /** Take a page of history, oldest first, that ends before the oldest. */
  prepend({ messages, quoted, more }) {
    this.#keepQuoted(quoted);
    const older = messages.filter(({ id }) => !this.#ids.length || id < this.#ids[0]);
    for (const message of older) this.#messages.set(message.id, message);
    this.#ids.unshift(...older.map((message) => message.id));
    this.more = more;
    this.#tell("older", older);
  }

  /** Forget all but the newest `count`. */
  keepNewest(count) {
    const dropped = this.#ids.splice(0, Math.max(0, this.#ids.length - count));
    if (!dropped.length) return;
    this.more = true;
    const messages = dropped.map((id) => this.#messages.get(id));
    for (const id of dropped) this.#messages.delete(id);
    this.#tell("dropped", messages);
  }

  #take(messages) {
    const added = [];
    const changed = [];
    for (const message of messages) {
      const held = this.quoted(message.id);
      if (held && held.version >= message.version) continue;
      if (this.#quoted.has(message.id)) this.#quoted.set(message.id, message);
      if (this.#messages.has(message.id)) changed.push(this.#replace(message));
      else if (this.#belongs(message)) added.push(this.#insert(message));
    }
    if (changed.length) this.#tell("changed", changed);
    if (added.length) this.#tell("added", added);
  }

  /** A change to a message older than all that is held would tear a hole: its page brings it. */
  #belongs({ id }) {
    return !this.more || !this.#ids.length || id > this.#ids[0];
  }

  #replace(message) {
    this.#messages.set(message.id, message);
    return message;
  }

  #insert(message) {
    const before = this.#ids.findLastIndex((id) => id < message.id);
    this.#ids.splice(before + 1, 0, message.id);
    this.#messages.set(message.id, message);
    return message;
  }

  #keepQuoted(messages) {
    for (const message of messages ?? []) {
      const held = this.#quoted.get(message.id);
      if (!held || held.version < message.version) this.#quoted.set(message.id, message);
    }
  }

  #tell(type, messages) {
    this.dispatchEvent(new CustomEvent(type, { detail: { messages } }));
  }
}
