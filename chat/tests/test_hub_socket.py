import asyncio

import pytest

from chat.hub import Socket
from chat.hub.socket import Flush

from .fakes import Connection, turns


@pytest.fixture
async def connection():
    return Connection()


@pytest.fixture
async def socket(connection, settings):
    settings.CHAT_OUTBOX_MAX_BYTES = 100
    socket = Socket(connection, "s", Flush(asyncio.get_running_loop()))
    yield socket
    socket.end()
    await turns()


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


async def test_a_plain_close_has_the_plain_code(socket, connection):
    socket.close(None)
    await turns()
    assert connection.closed == [1000]


async def test_a_client_that_does_not_read_is_closed_when_too_much_waits(socket, connection):
    connection.fast.clear()
    for _ in range(10):
        socket.put("a" * 8)
    assert socket.open
    socket.put("")
    assert not socket.open
    connection.fast.set()
    await turns()
    assert connection.closed == [4408]
    assert connection.texts in ([], ["a" * 8])  # what was being written, and no more


async def test_what_waits_is_counted_in_bytes(socket, connection):
    connection.fast.clear()
    socket.put("ü" * 49)
    assert socket.open
    socket.put("")
    assert not socket.open


async def test_what_was_read_no_longer_counts(socket, connection):
    for _ in range(30):
        socket.put("a" * 90)
        await turns()
    assert len(connection.texts) == 30
    assert socket.open


async def test_the_next_command_waits_while_a_quarter_waits_for_the_client(socket, connection):
    connection.fast.clear()
    socket.put("a" * 23)
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
    connection.broken = False
    await turns()
    assert connection.sent == []


async def test_an_ended_socket_writes_nothing_more(socket, connection):
    connection.fast.clear()
    socket.put("a")
    socket.put("b")
    await turns()
    socket.end()
    connection.fast.set()
    await turns()
    assert connection.sent == []


async def test_an_ended_socket_stays_ended(socket, connection):
    socket.end()
    socket.put("a")
    socket.close(4401)
    await turns()
    assert connection.sent == []
    await asyncio.wait_for(socket.room_to_answer(), 1)
