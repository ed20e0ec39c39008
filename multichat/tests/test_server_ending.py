"""What happens when the server is told to end; the signals themselves are in wire/test_serve.py."""

import asyncio

import pytest

from multichat.server import server
from multichat.server.lifespan import StartError
from multichat.server.transport import NAME

from .serving import HANDSHAKE, echo, frame, read_frame, serving

TEXT, CLOSE, PING = 1, 8, 9
RESTART = b"\x03\xf4"  # 1012
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def last_frames(reader):
    """Return what a client gets until the server closes."""
    got = []
    while True:
        try:
            got.append(await read_frame(reader))
        except asyncio.IncompleteReadError:
            return got


async def test_what_was_taken_is_finished_and_nothing_more_is_taken():
    go = asyncio.Event()
    events = []

    async def slow(scope, receive, send):
        await send({"type": "websocket.accept"})
        while not events or events[-1]["type"] != "websocket.disconnect":
            events.append(await receive())
            if "text" in events[-1]:
                await go.wait()
                await send({"type": "websocket.send", "text": f"ack {events[-1]['text']}"})
        scope["extensions"][NAME].write(frame(b"last words", mask=b""))

    async with serving(slow) as served:
        reader, writer = await served.open()
        writer.write(frame(b"one") + frame(b"two"))
        await served.until(lambda: len(events) == 2)
        served.end.set()
        await served.until(lambda: served.server.retiring)
        writer.write(frame(b"three") + frame(b"", PING))
        await asyncio.sleep(0.1)
        go.set()
        assert await last_frames(reader) == [
            (TEXT, b"ack one"),
            (TEXT, b"ack two"),
            (TEXT, b"last words"),
            (CLOSE, RESTART),
        ]
    assert events == [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "one"},
        {"type": "websocket.receive", "text": "two"},
        {"type": "websocket.disconnect", "code": 1012},
    ]


async def test_everybody_is_told_at_once():
    async with serving(echo) as served:
        clients = [await served.open() for _ in range(20)]
        served.end.set()
        for reader, _ in clients:
            assert await last_frames(reader) == [(CLOSE, RESTART)]


async def test_a_client_that_goes_on_writing_gets_its_close_frame():
    """And no reset connection, which might swallow it."""
    async with serving(echo) as served:
        reader, writer = await served.open()
        served.end.set()
        for _ in range(50):
            writer.write(frame(b"x" * 1000))
        assert await read_frame(reader) == (CLOSE, RESTART)


async def test_an_application_that_does_not_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(server, "FINISH", 0.3)
    cancelled = []

    async def stay(scope, receive, send):
        await send({"type": "websocket.accept"})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(scope)
            await asyncio.sleep(1)
            raise

    async with serving(stay) as served:
        reader, _ = await served.open()
        served.end.set()
        assert await last_frames(reader) == [(CLOSE, RESTART)]
    assert cancelled


async def test_an_application_is_told_once(monkeypatch):
    monkeypatch.setattr(server, "FINISH", 0.3)
    events = []

    async def listen_on(scope, receive, send):
        await send({"type": "websocket.accept"})
        while True:
            events.append(await receive())

    async with serving(listen_on) as served:
        _, writer = await served.open()
        served.end.set()
        await served.until(lambda: len(events) == 2)
        writer.close()
        await served.until(lambda: not served.server.open)
    assert events[1:] == [{"type": "websocket.disconnect", "code": 1012}]


async def test_a_handshake_that_is_not_answered_yet_gets_503():
    async def never(scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        assert await receive() == {"type": "websocket.disconnect", "code": 1012}

    async with serving(never) as served:
        reader, _ = await served.dial(HANDSHAKE)
        await served.until(lambda: served.server.tasks)
        served.end.set()
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")


async def test_a_client_that_reads_nothing_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr(server, "CLOSE", 0.1)

    async def pour(scope, receive, send):
        await send({"type": "websocket.accept"})
        write = scope["extensions"][NAME].write
        while write(frame(bytes(100_000), 2, mask=b"")):
            pass
        await receive()
        await receive()

    async with serving(pour) as served:
        await served.open()
        await served.until(lambda: served.server.sockets)
    assert not served.server.open


async def test_a_request_under_way_is_answered_and_idle_connections_are_closed():
    go = asyncio.Event()

    async def slow(scope, receive, send):
        await go.wait()
        await echo(scope, receive, send)

    async with serving(slow) as served:
        fresh, _ = await served.dial()
        busy, _ = await served.dial(GET)
        half, half_writer = await served.dial(GET[:-2])
        await served.until(lambda: len(served.server.connections) == 2)
        served.end.set()
        assert await fresh.read() == b""
        half_writer.write(GET[-2:])
        await served.until(lambda: len(served.server.tasks) == 2)
        go.set()
        for reader in (busy, half):
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"\r\nConnection: close\r\n" in answer
            assert answer.endswith(b"hello world")
    with pytest.raises(ConnectionRefusedError):
        await served.dial()


async def test_who_has_just_connected_is_answered():
    """As those are whom a process accepts that is being replaced."""
    async with serving(echo) as served:
        reader, writer = await served.dial()
        await served.until(lambda: served.server.channels)
        served.end.set()
        await served.until(lambda: served.server.retiring)
        writer.write(GET)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nConnection: close\r\n" in answer


async def test_a_handshake_that_comes_while_ending_gets_503_at_once():
    go = asyncio.Event()

    async def slow(scope, receive, send):
        await go.wait()
        await echo(scope, receive, send)

    async with serving(slow) as served:
        await served.dial(GET)
        late, writer = await served.dial(HANDSHAKE[:-2])
        await served.until(lambda: len(served.server.connections) == 2)
        served.end.set()
        await served.until(lambda: served.server.retiring)
        writer.write(HANDSHAKE[-2:])
        async with asyncio.timeout(server.FINISH / 2):  # later everybody would get it
            assert (await late.read()).startswith(b"HTTP/1.1 503 ")
        go.set()


class Lived:
    """An application that keeps what it is told of its lifespan, and of its WebSockets."""

    def __init__(self, *, startup="complete", shutdown="complete"):
        self.answers = {"startup": startup, "shutdown": shutdown}
        self.heard = []

    async def __call__(self, scope, receive, send):
        if scope["type"] != "lifespan":
            await echo(scope, receive, send)
            self.heard.append("gone")
            return
        for what, answer in self.answers.items():
            assert await receive() == {"type": f"lifespan.{what}"}
            self.heard.append(what)
            if answer == "never":
                try:
                    await asyncio.Event().wait()
                finally:
                    self.heard.append("cancelled")
            if answer == "raise":
                raise RuntimeError("failed to end")
            await send({"type": f"lifespan.{what}.{answer}", "message": "no room"})


async def test_the_application_starts_first_and_ends_last():
    application = Lived()
    async with serving(application, lifespan=True) as served:
        assert application.heard == ["startup"]
        await served.open()
    assert application.heard == ["startup", "gone", "shutdown"]


async def test_an_application_that_cannot_start_is_not_served():
    with pytest.raises(StartError, match="no room"):
        async with asyncio.timeout(10), serving(Lived(startup="failed"), lifespan=True):
            pytest.fail("It is served.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("never", "did not end its work in 0.2 s"),
        ("failed", "could not end its work: no room"),
        ("raise", "failed to end"),
    ],
)
async def test_an_application_that_does_not_end_well_is_told_of(monkeypatch, caplog, answer, said):
    monkeypatch.setattr(server, "LIFESPAN", 0.2)
    application = Lived(shutdown=answer)
    async with serving(application, lifespan=True):
        pass
    assert said in caplog.text
    assert (application.heard[-1] == "cancelled") == (answer == "never")


def test_ending_takes_ten_seconds_at_most():
    assert server.FINISH + server.CANCEL + server.LIFESPAN + server.CLOSE < server.END < 10
