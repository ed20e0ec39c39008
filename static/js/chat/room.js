import { MessageLog } from "./message_log.js";
import { Outbox } from "./outbox.js";

const SUMMARY = ["title", "url", "access", "locked", "posting", "slow", "moderator", "online"];

/**
 * One room, as one person's page knows it.
 *
 * Dispatches "summary" (title, access, lock, what one may do here), "present" (who is here), "joined"
 * (each time the server let us in), "gone" (`gone` says why), "trouble" (`trouble` is a sentence,
 * or "" when it is over), and "paced" when one has to wait before writing again.
 */
export class Room extends EventTarget {
  title = "";
  url = "";
  access = "open";
  locked = false;
  /** Who may write: "everyone" or "moderators". */
  posting = "everyone";
  /** Seconds that this person waits between two messages; 0 for none. */
  slow = 0;
  /** Whether this person may act on what others do here. */
  moderator = false;
  /** Why this person may not write here: an error code, or null. */
  whyNot = null;
  /** When this person may write again (milliseconds, as Date.now), in a slow room. */
  writesAt = 0;
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

  /** `me` gives the user of the latest hello. */
  constructor(id, me) {
    super();
    this.id = id;
    this.#me = me;
  }

  isMine(message) {
    return message.user === this.#me().id;
  }

  mayEdit(message) {
    return !message.deleted && this.isMine(message) && !this.whyNot;
  }

  /** Who is silenced still deletes their own; in a locked room only staff change anything. */
  mayDelete(message) {
    if (message.deleted || (this.locked && !this.#me().is_staff && this.whyNot)) return false;
    return this.isMine(message) || this.moderator;
  }

  /** Whether this person may act on the one who wrote it. */
  mayAct(message) {
    return this.moderator && message.user !== null && !this.isMine(message);
  }

  /** Who can do nothing about a message can say so to those who can. */
  mayReport(message) {
    return !message.deleted && !this.moderator && !this.isMine(message);
  }

  /** Take what a summary says; one that leaves something out leaves it as it is. */
  summarize(summary) {
    for (const key of SUMMARY) if (key in summary) this[key] = summary[key];
    if ("why_not" in summary) this.whyNot = summary.why_not;
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
    this.slow = reply.slow;
    this.moderator = reply.moderator;
    this.whyNot = reply.why_not;
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

  /** One may write again in so many seconds, not before. */
  pace(seconds) {
    this.writesAt = Math.max(this.writesAt, Date.now() + seconds * 1000);
    this.#tell("paced");
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
    if (!this.isMine(message)) return;
    this.#wrote(message);
    if (!message.key) return;
    const line = this.outbox.get(message.key);
    if (!line) return;
    this.dispatchEvent(new CustomEvent("arrived", { detail: { message, line } }));
    this.outbox.remove(message.key);
  }

  /** A message of ours, from whichever page, begins the wait of a slow room. */
  #wrote({ sent_at }) {
    const waits = this.slow - (Date.now() - Date.parse(sent_at)) / 1000;
    if (this.slow && waits > 0) this.pace(Math.min(waits, this.slow));
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}
