import { language } from "../words.js";

const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const otherYear = new Intl.DateTimeFormat(language, { dateStyle: "long" });

/** Show a moment as the time of day, with the whole date as its title. */
export function showTime(element, date) {
  element.dateTime = date.toISOString();
  element.textContent = clock.format(date);
  element.title = full.format(date);
}

/** A moment in full words. */
export function inFull(date) {
  return full.format(date);
}

/** The day of a moment as people say it. */
export function dayName(date) {
  const now = new Date();
  if (sameDay(date, now)) return gettext("Today");
  if (sameDay(date, new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return gettext("Yesterday");
  return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

export function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

/** The local date as YYYY-MM-DD, for a <time>. */
export function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
