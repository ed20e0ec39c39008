// Rooms on ws: a text goes to every socket of its room. Usage: node ws.mjs PORT
import { WebSocketServer } from "ws";

const rooms = new Map();

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]) });

server.on("connection", (socket) => {
  const joined = new Set();
  socket.on("message", (data) => {
    const frame = JSON.parse(data);
    if ("join" in frame) {
      if (!rooms.has(frame.join)) rooms.set(frame.join, new Set());
      rooms.get(frame.join).add(socket);
      joined.add(frame.join);
      socket.send(JSON.stringify({ joined: frame.join }));
    } else if (joined.has(frame.room)) {
      const text = JSON.stringify({ room: frame.room, message: frame.message });
      for (const member of rooms.get(frame.room)) member.send(text);
    }
  });
  socket.on("close", () => {
    for (const room of joined) rooms.get(room).delete(socket);
  });
});
