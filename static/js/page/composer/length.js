import { say } from "../../words.js";

const NEAR = 200; // characters to go from which on they are counted

/** How many characters a text has, as the server counts them: code points. */
export function lengthOf(text) {
  return [...text].length;
}

/** Whether a reader would see nothing of it. */
export function isBlank(text) {
  return !/[^\s\p{Cc}\p{Cf}\p{Z}]/u.test(text);
}

/** Say in `element` how many characters are left, when they become few; true when it is too many. */
export function countDown(element, text, most) {
  const left = most - lengthOf(text);
  element.hidden = left > Math.min(NEAR, most / 4);
  element.toggleAttribute("data-over", left < 0);
  element.textContent =
    left < 0
      ? say(ngettext("%(count)s character too many", "%(count)s characters too many", -left), { count: -left })
      : say(ngettext("%(count)s character left", "%(count)s characters left", left), { count: left });
  return left < 0;
}
