// What the page asks of the site beside the socket: JSON over HTTP.

import { Refusal } from "../wire/requests.js";

/** Fetch JSON from an address. Throws a Refusal. */
export function fetchJson(address) {
  return asked(address, {});
}

/** Send a form, with these fields beside its own; returns the JSON that answers. Throws a Refusal. */
export function post(address, form, fields = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return asked(address, { method: "POST", body });
}

async function asked(address, options) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  } catch {
    throw new Refusal("NO_CONNECTION", gettext("There is no connection just now."));
  }
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const content = isJson ? await answer.json() : null;
  if (answer.ok && isJson) return content;
  // A page instead of JSON: of the log-in, or of an error.
  throw new Refusal("REFUSED", content?.detail ?? gettext("This is not possible any more."));
}
