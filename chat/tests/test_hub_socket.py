import asyncio

import pytest

from chat.hub import Socket


class Connection:
    """Takes what a socket sends; while it is `slow`, it takes nothing."""

    def __init__(self):
        self.sent, self.fast, self.broken = [], asyncio.Event(), False
        self.fast.set()

    async def __call__(self, event):
        await self.fast.wait()
        if self.broken:
            raise ConnectionError("gone")
        self.sent.append(event)

    @property
    def texts(self):
        return [event["text"] for event in self.sent if event["type"] == "websocket.send"]

    @property
    def closed(self):
        return [event["code"] for event in self.sent if event["type"] == "websocket.close"]


@pytest.fixture
async def connection():
    return Connection()


@pytest.fixture
async def socket(connection, settings):
    settings.CHAT_OUTBOX_MAX_BYTES = 100
    socket = Socket(connection, "s")
    yield socket
    socket.end()
    await asyncio.gather(socket._task, return_exceptions=True)


async def turns(number=5):
    """Let the other tasks run until each waits for something."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_frames_go_out_in_the_order_they_were_put(socket, connection):
    for text in "abc":
        socket.put(text)
    await turns()
    socket.put("d")
    await turns()
    assert connection.sent == [{"type": "websocket.send", "text": text} for text in "abcd"]


async def test_a_close_comes_after_what_was_put_before(socket, connection):
    socket.put("a")
    socket.close(4401)
    socket.put("b")
    socket.close(4409)
    await turns()
    assert connection.sent == [
        {"type": "websocket.send", "text": "a"},
        {"type": "websocket.close", "code": 4401},
    ]
    assert not socket.open
    assert socket._task.done()


async def test_a_plain_close_has_the_plain_code(socket, connection):
    socket.close(None)
    await turns()
    assert connection.closed == [1000]


async def test_a_client_that_does_not_read_is_closed_when_too_much_waits(socket, connection):
    connection.fast.clear()
    for _ in range(10):
        socket.put("a" * 10)
    assert socket.open
    socket.put("b")
    assert not socket.open
    connection.fast.set()
    await turns()
    assert connection.closed == [4408]
    assert connection.texts in ([], ["a" * 10])  # what was being written, and no more


async def test_what_waits_is_counted_in_bytes(socket, connection):
    connection.fast.clear()
    socket.put("ü" * 50)
    assert socket.open
    socket.put("a")
    assert not socket.open


async def test_what_was_read_no_longer_counts(socket, connection):
    for _ in range(30):
        socket.put("a" * 90)
        await turns()
    assert len(connection.texts) == 30
    assert socket.open


async def test_the_next_command_waits_while_a_quarter_waits_for_the_client(socket, connection):
    connection.fast.clear()
    socket.put("a" * 25)
    await asyncio.wait_for(socket.room_to_answer(), 1)
    socket.put("a")
    command = asyncio.create_task(socket.room_to_answer())
    await turns()
    assert not command.done()
    connection.fast.set()
    await asyncio.wait_for(command, 1)


@pytest.mark.parametrize("how", ["end", "too slow", "broken"])
async def test_nobody_waits_for_a_client_that_is_gone(socket, connection, how):
    connection.fast.clear()
    socket.put("a" * 50)
    command = asyncio.create_task(socket.room_to_answer())
    await turns()
    assert not command.done()
    if how == "end":
        socket.end()
    elif how == "too slow":
        socket.put("a" * 100)
    else:
        connection.broken = True
        connection.fast.set()
    await asyncio.wait_for(command, 1)
    assert not socket.open


async def test_a_broken_connection_keeps_nothing_and_holds_nobody_up_later(socket, connection):
    """Its disconnect waits behind the commands that came before it."""
    connection.broken = True
    socket.put("a")
    await turns()
    for _ in range(5):
        socket.put("a" * 15)
    await asyncio.wait_for(socket.room_to_answer(), 1)
    assert not socket._frames


async def test_an_ended_socket_writes_nothing_more(socket, connection):
    connection.fast.clear()
    socket.put("a")
    socket.put("b")
    await turns()
    socket.end()
    connection.fast.set()
    await turns()
    assert connection.sent == []
    assert socket._task.done()


async def test_an_ended_socket_stays_ended(socket, connection):
    socket.end()
    socket.put("a")
    socket.close(4401)
    await turns()
    assert connection.sent == []
    await asyncio.wait_for(socket.room_to_answer(), 1)
