import { say } from "../../words.js";
import { copyOf } from "../templates.js";

/** The rooms on the left. Dispatches "open-room" (at the list) with the room as detail. */
export class RoomList {
  #list;
  #words;
  #chat;
  #openRooms;
  #items = new Map(); // by room id

  constructor(list, words, chat, openRooms) {
    this.#list = list;
    this.#words = words;
    this.#chat = chat;
    this.#openRooms = openRooms;
    chat.addEventListener("rooms", () => this.#showAll());
    chat.addEventListener("room-changed", ({ detail: room }) => this.#items.has(room.id) && this.#show(room));
    for (const type of ["opened", "closed", "activated"]) openRooms.addEventListener(type, () => this.#showOpen());
    list.addEventListener("click", (event) => this.#click(event));
  }

  #showAll() {
    const rooms = this.#chat.choice;
    const here = new Set(rooms.map((room) => room.id));
    for (const [id, item] of this.#items) {
      if (here.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    rooms.forEach((room, at) => {
      this.#show(room);
      const item = this.#items.get(room.id);
      // An item that stands right is left alone: moving it would take the focus from it.
      if (this.#list.children[at] !== item) this.#list.insertBefore(item, this.#list.children[at] ?? null);
    });
    this.#words.textContent = "";
    this.#list.dispatchEvent(new Event("listed"));
  }

  #show(room) {
    if (!this.#items.has(room.id)) this.#items.set(room.id, copyOf("room-item"));
    const item = this.#items.get(room.id);
    item.dataset.room = room.id;
    item.dataset.title = room.title;
    item.querySelector("a").href = room.url;
    item.querySelector(".room-name").textContent = room.title;
    item.querySelector(".room-name").title = room.title;
    item.querySelector(".room-locked").hidden = !room.locked;
    for (const mark of item.querySelectorAll(".room-mark [data-access]")) {
      mark.hidden = mark.dataset.access !== room.access;
    }
    showOnline(item.querySelector(".room-online"), room.online);
    this.#showWhetherOpen(room, item);
  }

  #showOpen() {
    for (const [id, item] of this.#items) this.#showWhetherOpen(this.#chat.rooms.get(id), item);
  }

  #showWhetherOpen(room, item) {
    const open = this.#openRooms.rooms.includes(room);
    item.toggleAttribute("data-open", open);
    item.querySelector(".room-is-open").hidden = !open;
    const link = item.querySelector("a");
    if (this.#openRooms.active === room) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }

  #click(event) {
    const link = event.target.closest("a");
    // With a key held the person wants a window of its own, which the browser makes of a link.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const room = this.#chat.rooms.get(Number(link.closest("li").dataset.room));
    if (room) this.#list.dispatchEvent(new CustomEvent("open-room", { detail: room }));
  }
}

function showOnline(element, online) {
  const count = document.createElement("span");
  count.setAttribute("aria-hidden", "true");
  count.textContent = online;
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = say(ngettext(", %(count)s person is here", ", %(count)s people are here", online), {
    count: online,
  });
  element.title = words.textContent.replace(/^, /, "");
  element.replaceChildren(...(online ? [count, words] : []));
}
