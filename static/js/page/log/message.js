import { say } from "../../words.js";
import { showAvatar } from "../avatar.js";
import { setMarkup } from "../markup.js";
import { copyOf } from "../templates.js";
import { inFull, showTime } from "../times.js";

const KINDS = { 1: "warning", 2: "alert", 3: "muted" };

/** Show a message in its line; `quoted` is the message it answers to, if that is known. */
export function paintMessage(line, message, { mine, quoted }) {
  line.id = `message-${message.id}`;
  line.dataset.message = message.id;
  delete line.dataset.state;
  line.toggleAttribute("data-mine", mine);
  line.toggleAttribute("data-deleted", message.deleted);
  line.dataset.kind = KINDS[message.msg_type] ?? "message";
  paintAuthor(line, message.user, authorOf(message), new Date(message.sent_at));
  for (const mark of line.querySelectorAll(".message-kind")) {
    mark.hidden = message.deleted || mark.dataset.kind !== String(message.msg_type);
  }
  paintQuoted(line.querySelector(".message-quoted"), message, quoted);
  paintBody(line.querySelector(".message-body"), message);
  // One knows what one has just written: only what others say is read out.
  if (mine) line.setAttribute("aria-live", "off");
  paintFoot(line);
}

/** Show a line that is still on its way, or failed; `held` says what holds it up: see waiting(). */
export function paintWaiting(line, { ref, text, writtenAt, state, detail }, me, held) {
  line.dataset.waiting = ref;
  line.dataset.state = state;
  line.dataset.kind = "message";
  line.toggleAttribute("data-mine", true);
  line.setAttribute("aria-live", "off");
  paintAuthor(line, me.id, me.username, writtenAt);
  const body = line.querySelector(".message-body");
  if (body.textContent !== text) body.replaceChildren(paragraph(text));
  if (state === "failed") paintFoot(line, failure(detail));
  else paintFoot(line, state === "waiting" ? waiting(held) : null);
}

/** Put what became of a line below it. A focus in what was there goes to the line itself. */
function paintFoot(line, foot = null) {
  const old = line.querySelector(".message-waiting, .message-failed");
  if (old?.contains(document.activeElement)) line.focus({ preventScroll: true });
  old?.remove();
  if (foot) line.append(foot);
}

/** The name to show for a message's author. */
export function authorOf({ user, username }) {
  return user === null ? gettext("deleted user") : username;
}

function paintAuthor(line, user, name, date) {
  showAvatar(line.querySelector(".avatar"), user, name);
  const author = line.querySelector(".message-author");
  author.textContent = name;
  author.title = name; // a long one is cut off
  author.toggleAttribute("data-gone", user === null);
  showTime(line.querySelector(".message-time"), date);
}

function paintQuoted(element, { reply_to: id }, quoted) {
  element.hidden = !id;
  if (!id) return;
  const [author, text] = element.children;
  author.textContent = quoted ? authorOf(quoted) : "";
  text.textContent = quotedText(quoted);
}

function quotedText(quoted) {
  if (!quoted) return gettext("an earlier message");
  return quoted.deleted ? gettext("This message was deleted.") : quoted.message;
}

function paintBody(body, message) {
  if (message.deleted) {
    const words = paragraph(gettext("This message was deleted."));
    words.className = "message-tombstone";
    return body.replaceChildren(words);
  }
  setMarkup(body, message.html);
  if (message.edited_at) markEdited(body, new Date(message.edited_at));
}

/** "(edited)" goes to the end of the last paragraph, or below what is no paragraph. */
function markEdited(body, date) {
  const mark = document.createElement("time");
  mark.className = "message-edited";
  mark.dateTime = date.toISOString();
  mark.textContent = gettext("(edited)");
  mark.title = say(gettext("Edited: %(date)s"), { date: inFull(date) });
  const last = body.lastElementChild;
  (last?.matches("p") ? last : body).append(" ", mark);
}

/** `held` is "connection", "server", "pace", or null when the line is on its way. */
function waiting(held) {
  const element = copyOf("message-waiting");
  const words = {
    connection: gettext("Waiting for the connection"),
    server: gettext("Waiting for the server"),
    pace: gettext("Waiting: slow mode"),
  };
  element.querySelector("span").textContent = words[held] ?? gettext("Sending…");
  element.querySelector("button").hidden = !held;
  element.toggleAttribute("data-held", Boolean(held));
  return element;
}

function failure(detail) {
  const element = copyOf("message-failed");
  element.querySelector("p").textContent = say(gettext("Not sent. %(reason)s"), { reason: detail });
  return element;
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
