import { goneWords } from "../reasons.js";

/** Says in a column why its room is gone, and keeps what one had not sent yet for copying. */
export function showGone(column, room, draft) {
  const gone = column.querySelector(".column-gone");
  column.toggleAttribute("data-gone", Boolean(room.gone));
  gone.hidden = !room.gone;
  if (!room.gone) return;
  const [heading, words] = goneWords(room.gone);
  gone.querySelector("h3").textContent = heading;
  gone.querySelector(".column-gone-words").textContent = words;
  const unsent = [...room.outbox.empty(), draft.text].filter(Boolean).join("\n");
  draft.text = unsent;
  gone.querySelector(".column-gone-draft").hidden = !unsent;
  gone.querySelector("textarea").value = unsent;
}
