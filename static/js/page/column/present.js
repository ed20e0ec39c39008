import { say } from "../../words.js";

const GAP = 4; // pixels between the button and what it opens

/**
 * The button that counts who is in a room, and the popover that names them. For who moderates the room each
 * name is a button: it dispatches "person" at the popover, with the name as detail.
 */
export class Present {
  #button;
  #popover;
  #room;

  constructor(button, popover, room, signal) {
    this.#button = button;
    this.#popover = popover;
    this.#room = room;
    popover.id = `present-${room.id}`;
    button.setAttribute("popovertarget", popover.id);
    popover.addEventListener("beforetoggle", ({ newState }) => newState === "open" && this.#place());
    addEventListener("resize", () => popover.hidePopover(), { signal });
    for (const type of ["present", "summary"]) room.addEventListener(type, () => this.#show(), { signal });
    popover.querySelector("ul").addEventListener("click", ({ target }) => this.#choose(target.closest("button")));
    this.#show();
  }

  #show() {
    const { online, members, moderator, url } = this.#room;
    const words = say(ngettext("%(count)s person is here", "%(count)s people are here", online), { count: online });
    this.#button.querySelector("span").textContent = online;
    this.#button.setAttribute("aria-label", words);
    this.#button.title = words;
    const names = [...members].sort((one, other) => one.localeCompare(other));
    this.#popover.querySelector("ul").replaceChildren(...names.map((name) => nameItem(name, moderator)));
    this.#popover.querySelector(".present-about a").href = `${url}about/`;
    const rest = online - names.length;
    const more = this.#popover.querySelector(".present-more");
    more.hidden = rest <= 0;
    more.textContent = say(ngettext("and %(count)s more", "and %(count)s more", rest), { count: rest });
  }

  #choose(button) {
    if (!button) return;
    const name = button.textContent;
    this.#popover.hidePopover();
    this.#popover.dispatchEvent(new CustomEvent("person", { detail: name }));
  }

  /** Popovers stand above the page, so this one is placed below its button by hand. */
  #place() {
    const { bottom, left, right } = this.#button.getBoundingClientRect();
    const width = Math.min(256, innerWidth - 2 * GAP);
    const wished = document.dir === "rtl" ? left : right - width;
    Object.assign(this.#popover.style, {
      top: `${bottom + GAP}px`,
      left: `${Math.max(GAP, Math.min(wished, innerWidth - width - GAP))}px`,
      width: `${width}px`,
    });
  }
}

function nameItem(name, pressable) {
  const item = document.createElement("li");
  const text = document.createElement("bdi");
  text.textContent = name;
  text.title = name; // a long one is cut off
  if (!pressable) item.append(text);
  else item.append(Object.assign(document.createElement("button"), { type: "button", className: "present-name" }));
  item.querySelector("button")?.append(text);
  return item;
}
