// On a phone one sees the list of rooms or one room: `data-view` says which, and the browser's Back
// leads from the room to the list. On a wide page the address follows the room in use, so that a
// reload or a copied address leads there again, but leaves no trail of steps behind.

import { phone } from "./phone.js";

export class Address {
  #dashboard;
  #chat;
  #openRooms;
  #home;

  constructor(dashboard, chat, openRooms) {
    this.#dashboard = dashboard;
    this.#chat = chat;
    this.#openRooms = openRooms;
    this.#home = dashboard.dataset.home;
    openRooms.addEventListener("activated", ({ detail: room }) => (room ? this.show(room) : this.showList()));
    addEventListener("popstate", () => this.#follow());
  }

  /** Show a room; on a phone this is a step forward from the list. */
  show(room) {
    const step = phone.matches && this.#view !== "room" && path(room.url) !== location.pathname;
    this.#view = "room";
    document.title = `${room.title} · multichat`;
    if (step) history.pushState({ fromList: true }, "", room.url);
    else if (path(room.url) !== location.pathname) history.replaceState(history.state, "", room.url);
  }

  /** Show the list of rooms: where the person came from, if it was there. */
  showList() {
    if (this.#view === "list") return;
    this.#toList();
    if (phone.matches && history.state?.fromList) history.back();
    else history.replaceState(null, "", this.#home);
  }

  /** Back or Forward was pressed. */
  #follow() {
    const room = this.#chat.choice.find(({ url }) => path(url) === location.pathname);
    if (!room) return this.#toList();
    this.#openRooms.open(room);
    this.show(room);
  }

  #toList() {
    this.#view = "list";
    document.title = "multichat";
    this.#openRooms.activate(null);
  }

  get #view() {
    return this.#dashboard.dataset.view;
  }

  set #view(view) {
    this.#dashboard.dataset.view = view;
  }
}

function path(url) {
  return new URL(url, location.href).pathname;
}
