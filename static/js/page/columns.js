import { Column } from "./column/column.js";
import { phone } from "./phone.js";

/** The open rooms side by side, in the middle of the page. */
export class Columns {
  #main;
  #chat;
  #openRooms;
  #offline;
  #columns = new Map(); // by room

  constructor(main, chat, openRooms, offline) {
    this.#main = main;
    this.#chat = chat;
    this.#openRooms = openRooms;
    this.#offline = offline;
    openRooms.addEventListener("opened", ({ detail: room }) => this.#open(room));
    openRooms.addEventListener("closed", ({ detail: room }) => this.#remove(room));
    openRooms.addEventListener("activated", ({ detail: room }) => this.#use(room));
    chat.addEventListener("rooms", () => this.#showEmpty());
    main.addEventListener("focusin", ({ target }) => this.#focused(target));
    this.#nameDaysAtMidnight();
  }

  focus(room) {
    this.#columns.get(room)?.focus();
  }

  connectionChanged() {
    for (const column of this.#columns.values()) column.log.connectionChanged();
  }

  keepUnsent() {
    for (const column of this.#columns.values()) column.keepUnsent();
  }

  #open(room) {
    const column = new Column(this.#chat, room, this.#offline);
    this.#columns.set(room, column);
    column.element.addEventListener("close-room", () => this.#close(column));
    this.#main.append(column.element);
    this.#chat.open(room);
    this.#showEmpty();
  }

  async #close(column) {
    if (!(await column.close())) return;
    const neighbour = this.#openRooms.close(column.room, !phone.matches);
    if (neighbour) this.focus(neighbour);
    else this.#listed(column.room).focus();
  }

  /** The room's entry in the list; for one that is gone, the filter. */
  #listed({ id }) {
    return document.querySelector(`#room-list [data-room="${id}"] a`) ?? document.getElementById("room-filter");
  }

  #remove(room) {
    this.#columns.get(room).element.remove();
    this.#columns.delete(room);
    this.#showEmpty();
  }

  #use(room) {
    for (const [other, { element }] of this.#columns) element.toggleAttribute("data-active", other === room);
    this.#columns.get(room)?.element.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  #focused(target) {
    const column = [...this.#columns.values()].find(({ element }) => element.contains(target));
    if (column) this.#openRooms.activate(column.room);
  }

  #showEmpty() {
    const { known, choice } = this.#chat;
    const state = choice.length ? "closed" : "none";
    for (const empty of this.#main.querySelectorAll(".columns-empty")) {
      empty.hidden = !known || this.#columns.size > 0 || empty.dataset.when !== state;
    }
  }

  #nameDaysAtMidnight() {
    const now = new Date();
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
    setTimeout(() => {
      for (const column of this.#columns.values()) column.log.nameDays();
      this.#nameDaysAtMidnight();
    }, midnight - now);
  }
}
