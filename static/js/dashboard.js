// The page of all rooms: makes the parts and lets them know of each other.

import { Chat } from "./chat/chat.js";
import { Address } from "./page/address.js";
import { Columns } from "./page/columns.js";
import { ConnectionWords } from "./page/connection_words.js";
import { passNotices } from "./page/notices.js";
import { OpenRooms } from "./page/open_rooms.js";
import { PersonDialog } from "./page/person.js";
import { ReportDialog } from "./page/report.js";
import { RoomFilter } from "./page/rooms/filter.js";
import { RoomList } from "./page/rooms/list.js";
import { Connection } from "./wire/connection.js";

const dashboard = document.getElementById("dashboard");
const { user, opened, socket, login } = dashboard.dataset;

const connection = new Connection(socket);
const chat = new Chat(connection, Number(user));
const openRooms = new OpenRooms(user);
const list = document.getElementById("room-list");
const words = document.querySelector(".rooms-words");
const columns = new Columns(document.getElementById("main"), chat, openRooms, () => !connection.isOpen);
const address = new Address(dashboard, chat, openRooms);
const connectionWords = new ConnectionWords(document.getElementById("connection"), connection, chat);
const personDialog = new PersonDialog(document.getElementById("person"));
const reportDialog = new ReportDialog(document.getElementById("report"));
new RoomList(list, words, chat, openRooms);
new RoomFilter(document.getElementById("room-filter"), list, words);

list.addEventListener("wanted", () => address.showList());
list.addEventListener("open-room", ({ detail: room }) => {
  openRooms.open(room);
  columns.focus(room);
});
document.addEventListener("back-to-list", () => {
  const { active } = openRooms;
  address.showList();
  list.querySelector(`[data-room="${active?.id}"] a`)?.focus();
});

document.addEventListener("moderate-person", ({ detail: { room, who } }) => personDialog.open(room, who));
document.addEventListener("report-message", ({ detail: { room, message } }) => reportDialog.open(room, message));
chat.addEventListener("stranger", () => {
  columns.keepUnsent();
  location.reload();
});
chat.addEventListener(
  "rooms",
  () => {
    openRooms.restore(chat, Number(opened));
    if (openRooms.active) columns.focus(openRooms.active);
  },
  { once: true },
);
chat.addEventListener("outbox", () => connectionWords.show());

connection.addEventListener("state", () => columns.connectionChanged());
connection.addEventListener("logged-out", () => {
  columns.keepUnsent();
  location.assign(`${login}?${new URLSearchParams({ next: location.pathname, ended: 1 })}`);
});
addEventListener("beforeunload", (event) => {
  if (chat.unsent) event.preventDefault(); // lines that wait live in this page alone
});

const notices = dashboard.querySelector(".notices");
if (notices) passNotices(notices);

dashboard.dataset.view = "list";
connection.start();
