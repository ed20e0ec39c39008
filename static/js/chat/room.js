import { MessageLog } from "./message_log.js";
import { Outbox } from "./outbox.js";

const SUMMARY = ["title", "url", "access", "locked", "online"];

/**
 * One room, as one person's page knows it.
 *
 * Dispatches "summary" (title, access, lock, rights to write), "present" (who is here), "joined"
 * (each time the server let us in), "gone" (`gone` says why) and "trouble" (`trouble` is a sentence,
 * or "" when it is over).
 */
export class Room extends EventTarget {
  title = "";
  url = "";
  access = "open";
  locked = false;
  /** How many persons are present. */
  online = 0;
  /** Their names, as far as they are known: the first hundred. */
  members = new Set();
  /** Whether it is to be open on this page. */
  open = false;
  /** Whether the present socket is in the room. */
  joined = false;
  /** The error code of why one was put out, or null. */
  gone = null;
  /** Why it cannot be joined just now: a sentence. */
  trouble = "";
  log = new MessageLog();
  outbox = new Outbox();

  #me;
  #whyNot = null;

  /** `me` gives the user of the latest hello. */
  constructor(id, me) {
    super();
    this.id = id;
    this.#me = me;
  }

  /** Why this person may not write here: an error code, or null. */
  get whyNot() {
    if (this.locked && !this.#me().is_staff) return "ROOM_LOCKED";
    return this.#whyNot === "ROOM_LOCKED" ? null : this.#whyNot;
  }

  /** Whether this person may edit the message; to delete it is staff's right as well. */
  mayEdit(message) {
    return !message.deleted && message.user === this.#me().id && !this.whyNot;
  }

  mayDelete(message) {
    return this.mayEdit(message) || (!message.deleted && this.#me().is_staff);
  }

  /** Take what a summary says; a `room` frame leaves out what is personal or passing. */
  summarize(summary) {
    for (const key of SUMMARY) if (key in summary) this[key] = summary[key];
    this.gone = null;
    this.#tell("summary");
    this.#tell("present");
  }

  /** The server let us in: take the reply. */
  enter(reply) {
    this.joined = true;
    this.trouble = "";
    this.gone = null;
    this.title = reply.title;
    this.locked = reply.locked;
    this.#whyNot = reply.why_not;
    this.members = new Set(reply.members);
    this.online = reply.present;
    for (const message of reply.messages) this.#arrived(message);
    this.log.join(reply);
    for (const line of this.outbox.lines) if (line.state === "stored") this.acknowledge(line, line.id);
    this.#tell("summary");
    this.#tell("present");
    this.#tell("trouble");
    this.#tell("joined");
  }

  /** Take new or changed messages from the feed. */
  follow(messages) {
    // A reply to a join that came too late was not taken: what follows it would leave a hole.
    if (!this.joined) return;
    // First out of the outbox, then into the log: whoever shows both can let one turn into the other.
    for (const message of messages) this.#arrived(message);
    this.log.follow(messages);
  }

  /** The server has stored a line of ours as message `id`. */
  acknowledge(line, id) {
    const passed = this.log.get(id) || (this.log.oldest && id < this.log.oldest.id);
    if (passed) this.outbox.remove(line.ref);
    else this.outbox.stored(line, id);
  }

  came(username) {
    if (this.members.has(username)) return;
    this.members.add(username);
    this.counted(this.online + 1);
  }

  went(username) {
    if (!this.members.delete(username)) return;
    this.counted(Math.max(0, this.online - 1));
  }

  counted(online) {
    this.online = online;
    this.#tell("present");
  }

  /** The room is not to be had any more: `reason` is an error code. */
  lose(reason) {
    this.joined = false;
    this.gone = reason;
    this.#tell("gone");
  }

  troubled(sentence) {
    this.trouble = sentence;
    this.#tell("trouble");
  }

  #arrived(message) {
    if (!message.key || message.user !== this.#me().id) return;
    const line = this.outbox.get(message.key);
    if (!line) return;
    this.dispatchEvent(new CustomEvent("arrived", { detail: { message, line } }));
    this.outbox.remove(message.key);
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
