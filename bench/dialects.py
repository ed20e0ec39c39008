"""How each contender is spoken to: the same few things, said in its own frames.

A dialect has `path`; `headers(port, cookie)` of the handshake; `entering(rooms)`, the steps after
it, pairs of (a text to send or None, bytes in the answer to wait for); `message(room, text, ref)`,
the frame that sends a text; and `answer(payload)`, what has to be said to a frame that is no
message, or None.
"""

import json


def encode(value):
    return json.dumps(value, separators=(",", ":"))


class Dialect:
    path = "/"

    def headers(self, port, cookie):
        if cookie is None:
            return {}
        return {"Origin": f"http://localhost:{port}", "Cookie": f"sessionid={cookie}"}

    def entering(self, rooms):
        return [(self.join(room), b'"joined"') for room in rooms]

    def join(self, room):
        return encode({"join": room})

    def message(self, room, text, ref):
        return encode({"room": room, "message": text})

    def answer(self, payload):
        return None


class Plain(Dialect):
    """The peers': a join that is confirmed, and texts that are broadcast."""


class Multichat(Dialect):
    """This project's protocol."""

    path = "/chat/stream/"

    def entering(self, rooms):
        return [(None, b'"hello"'), *((self.join(room), b'"type":"join"') for room in rooms)]

    def join(self, room):
        return encode({"command": "join", "room": room})

    def leave(self, room):
        return encode({"command": "leave", "room": room})

    def message(self, room, text, ref):
        return encode({"command": "send", "room": room, "message": text, "ref": ref})


class Stock(Dialect):
    """The well-known example's protocol, of which the project's is a superset."""

    path = "/chat/stream/"

    def entering(self, rooms):
        return [(self.join(room), b'"join"') for room in rooms]

    def join(self, room):
        return encode({"command": "join", "room": room})

    def message(self, room, text, ref):
        return encode({"command": "send", "room": room, "message": text})


class SocketIo(Dialect):
    """Engine.IO 4 over a WebSocket from the start, with Socket.IO 5 in it."""

    path = "/socket.io/?EIO=4&transport=websocket"

    def entering(self, rooms):
        joins = [(self.join(room), b'42["joined"') for room in rooms]
        return [(None, b"0{"), ("40", b"40{"), *joins]

    def join(self, room):
        return f"42{encode(['join', room])}"

    def message(self, room, text, ref):
        return f"42{encode(['message', {'room': room, 'message': text}])}"

    def answer(self, payload):
        return "3" if payload == b"2" else None  # Engine.IO's own ping and pong
