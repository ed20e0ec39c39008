"""Clients of the whole application, without a server."""

import json

from channels.testing import WebsocketCommunicator

from multichat.asgi import application


class Client:
    """A browser's side of a socket."""

    def __init__(self, cookie=None, **headers):
        headers = {"host": "localhost:8000", "origin": "http://localhost:8000", **headers}
        if cookie:
            headers["cookie"] = f"sessionid={cookie}"
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.wire = WebsocketCommunicator(application, "/chat/stream/", pairs)

    async def connect(self):
        accepted, _ = await self.wire.connect(timeout=10)
        return accepted

    async def hello(self):
        assert await self.connect()
        frame = await self.next()
        assert frame["type"] == "hello"
        return frame

    async def next(self):
        """Return the next frame, but for those that come when a sweep happens to."""
        frame = {"type": "online"}
        while frame["type"] == "online":
            frame = json.loads(await self.wire.receive_from(timeout=10))
        return frame

    async def say(self, command, **fields):
        await self.wire.send_to(text_data=json.dumps({"command": command, **fields}))

    async def ask(self, command, **fields):
        """Send a command with a ref and return the next frame, which answers it."""
        await self.say(command, ref="r", **fields)
        frame = await self.next()
        assert frame.pop("ref") == "r"
        return frame

    async def code(self):
        """Return the code that the server closes with; before it may come what a sweep tells."""
        event = {"text": '{"type":"online"}'}
        while '"online"' in event.get("text", ""):
            event = await self.wire.receive_output(timeout=10)
        assert event["type"] == "websocket.close"
        return event["code"]

    async def go(self):
        await self.wire.disconnect(timeout=10)


def error(frame):
    assert frame["type"] == "error"
    assert frame["detail"]
    return frame["error"], frame.get("command"), frame.get("room")


def text_of(response):
    """Return the page that Django's test client got."""
    return response.content.decode()
