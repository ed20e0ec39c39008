import { say } from "../../words.js";

/** The field above the rooms: what is typed narrows the list, the arrows lead into it. */
export class RoomFilter {
  #field;
  #list;
  #words;

  constructor(field, list, words) {
    this.#field = field;
    this.#list = list;
    this.#words = words;
    field.addEventListener("input", () => this.#narrow());
    field.addEventListener("keydown", (event) => this.#fieldKey(event));
    list.addEventListener("keydown", (event) => this.#listKey(event));
    list.addEventListener("listed", () => this.#narrow());
    list.addEventListener("open-room", () => this.#clear());
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    if (/Mac|iPhone|iPad/.test(navigator.platform)) field.parentNode.querySelector("kbd").textContent = "⌘K";
  }

  get #links() {
    return [...this.#list.querySelectorAll("li:not([hidden]) a")];
  }

  #narrow() {
    const wanted = plain(this.#field.value.trim());
    for (const item of this.#list.children) item.hidden = !plain(item.dataset.title).includes(wanted);
    const count = this.#links.length;
    if (!wanted) this.#words.textContent = "";
    else if (count) this.#words.textContent = say(ngettext("%(count)s room", "%(count)s rooms", count), { count });
    else this.#words.textContent = say(gettext("No room matches “%(text)s”."), { text: this.#field.value.trim() });
  }

  #clear() {
    this.#field.value = "";
    this.#narrow();
  }

  #fieldKey(event) {
    if (event.isComposing) return;
    const [first] = this.#links;
    if (event.key === "Escape") this.#clear();
    else if (event.key === "ArrowDown") first?.focus();
    else if (event.key === "Enter" && this.#field.value.trim()) first?.click();
    else return;
    event.preventDefault();
  }

  #listKey(event) {
    const links = this.#links;
    const here = links.indexOf(event.target);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    if (to < 0) this.#field.focus();
    else links[to]?.focus();
  }

  #shortcut(event) {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    this.#list.dispatchEvent(new Event("wanted", { bubbles: true })); // on a phone it may be out of sight
    this.#field.focus();
    this.#field.select();
  }
}

/** Without case and accents: who looks for "cafe" means "Café" too. */
function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
