// The only place where text becomes HTML, so the only one to look at: what comes here is a message's
// `html`, rendered and sanitised by the server.

const policy = window.trustedTypes?.createPolicy("multichat", { createHTML: (html) => html });

/** Make `html` the content of the element. */
export function setMarkup(element, html) {
  element.innerHTML = policy ? policy.createHTML(html) : html;
  for (const link of element.querySelectorAll("a[href]")) link.target = "_blank"; // the chat stays
  for (const code of element.querySelectorAll("pre")) code.tabIndex = 0; // wide code scrolls by keyboard
}
