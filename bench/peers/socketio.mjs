// Rooms on socket.io: a text goes to every socket of its room. Usage: node socketio.mjs PORT
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);

io.on("connection", (socket) => {
  socket.on("join", (room) => {
    socket.join(room);
    socket.emit("joined", room);
  });
  socket.on("message", ({ room, message }) => {
    if (socket.rooms.has(room)) io.to(room).emit("message", { room, message });
  });
});

http.listen(Number(process.argv[2]), "127.0.0.1");
