"""A socket whose server lets it write ready-made frames."""

import asyncio

import pytest

from chat.frames import Ready
from chat.hub import Socket
from chat.hub import socket as socket_module
from chat.hub.socket import Flush

from .fakes import Connection, Transport, turns


@pytest.fixture
def transport():
    return Transport()


@pytest.fixture
async def connection():
    return Connection()


@pytest.fixture
async def socket(transport, connection, settings):
    settings.CHAT_OUTBOX_MAX_BYTES = 100
    socket = Socket(connection, "s", Flush(asyncio.get_running_loop()), transport)
    yield socket
    socket.end()
    await turns()


def wire(*texts):
    return b"".join(Ready(text).wire for text in texts)


async def test_what_is_put_in_one_turn_goes_out_in_one_piece(socket, transport, connection):
    for text in "abc":
        socket.put(text)
    assert transport.written == []
    await turns()
    socket.put("d")
    await turns()
    assert transport.written == [wire("a", "b", "c"), wire("d")]
    assert connection.sent == []


async def test_frames_that_are_ready_go_out_as_they_are(socket, transport):
    ready = Ready.joined([Ready("a"), Ready("b")])
    socket.put_ready(ready)
    await turns()
    assert transport.written[0] is ready.wire


async def test_a_piece_has_an_end(socket, transport, monkeypatch):
    """What was given to the transport cannot be taken back when its client is too slow."""
    monkeypatch.setattr(socket_module, "AT_ONCE_BYTES", 10)
    for text in ("aaaa", "bbbb", "cccc", "d" * 20, "e"):
        socket.put(text)
    await turns()
    assert transport.written == [wire("aaaa", "bbbb"), wire("cccc", "d" * 20), wire("e")]


async def test_what_the_kernel_does_not_take_holds_back_what_follows(socket, transport):
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b")
    socket.put("c")
    await turns()
    assert transport.written == [wire("a")]
    transport.drain()
    assert transport.written == [wire("a"), wire("b", "c")]
    socket.put("d")
    await turns()
    assert transport.written[2:] == [wire("d")]


async def test_it_may_be_full_more_than_once(socket, transport):
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b")
    transport.drain(blocked=True)
    socket.put("c")
    await turns()
    assert transport.written == [wire("a"), wire("b")]
    transport.drain()
    assert transport.written == [wire("a"), wire("b"), wire("c")]


async def test_what_the_kernel_has_not_taken_counts_as_waiting(socket, transport, connection):
    transport.blocked = True
    socket.put("a" * 48)  # 50 bytes with the head
    await turns()
    socket.put("b" * 48)
    assert socket.open
    socket.put("")
    assert not socket.open
    transport.drain()
    await turns()
    assert transport.written == [wire("a" * 48)]  # the rest was given up
    assert connection.closed == [4408]


async def test_what_the_kernel_took_no_longer_counts(socket, transport):
    for _ in range(5):
        socket.put("a" * 90)
        await turns()
        transport.blocked = not transport.blocked
        if transport.ready:
            transport.drain()
    assert socket.open
    assert len(transport.written) == 5


async def test_a_client_is_not_too_slow_for_what_nobody_has_written_yet(
    socket, transport, connection
):
    for _ in range(5):
        socket.put("a" * 48)
    await turns()
    assert socket.open
    assert b"".join(transport.written) == wire(*["a" * 48] * 5)


async def test_the_next_command_waits_while_the_kernel_takes_nothing(socket, transport):
    transport.blocked = True
    socket.put("a" * 30)
    await turns()
    command = asyncio.create_task(socket.room_to_answer())
    await turns()
    assert not command.done()
    transport.drain()
    await asyncio.wait_for(command, 1)
    assert socket.open


async def test_a_close_comes_after_what_was_put_before(socket, transport, connection):
    socket.put("a")
    socket.close(4401)
    socket.put("b")
    await turns()
    assert transport.written == [wire("a")]
    assert connection.sent == [{"type": "websocket.close", "code": 4401}]


async def test_a_close_waits_until_the_kernel_has_what_was_put_before(
    socket, transport, connection
):
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b")
    socket.close(4409)
    await turns()
    assert connection.closed == []
    transport.drain()
    await turns()
    assert transport.written == [wire("a"), wire("b")]
    assert connection.closed == [4409]


async def test_a_client_that_does_not_read_is_closed_all_the_same(
    socket, transport, connection, monkeypatch
):
    monkeypatch.setattr(socket_module, "CLOSE_SECONDS", 0.01)
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b")
    socket.close(4409)
    await turns()
    assert connection.closed == []
    await asyncio.sleep(0.02)
    assert connection.closed == [4409]
    transport.drain()
    await turns()
    assert (transport.written, connection.closed) == ([wire("a")], [4409])


async def test_a_client_that_is_too_slow_is_closed_at_once(socket, transport, connection):
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b" * 100)
    await asyncio.sleep(0.01)
    assert connection.closed == [4408]
    assert transport.written == [wire("a")]


async def test_nobody_waits_for_a_client_that_is_gone(socket, transport, connection):
    """Its disconnect waits behind the command that waits."""
    transport.blocked = True
    socket.put("a" * 50)
    await turns()
    socket.put("b")
    command = asyncio.create_task(socket.room_to_answer())
    await turns()
    assert not command.done()
    transport.close()
    await asyncio.wait_for(command, 1)
    await turns()
    assert not socket.open
    assert (transport.written, connection.sent) == ([wire("a" * 50)], [])


async def test_what_is_put_for_a_client_that_is_gone_is_given_up(socket, transport, connection):
    socket.put("a" * 50)
    transport.close()
    await asyncio.wait_for(socket.room_to_answer(), 1)
    socket.put("b")
    await turns()
    assert not socket.open
    assert (transport.written, connection.sent) == ([], [])


async def test_an_ended_socket_writes_nothing_more(socket, transport, connection):
    socket.put("a")
    socket.end()
    await turns()
    assert (transport.written, connection.sent) == ([], [])


async def test_an_ended_socket_is_not_called_back(socket, transport, connection):
    transport.blocked = True
    socket.put("a")
    await turns()
    socket.put("b")
    socket.close(4401)
    command = asyncio.create_task(socket.room_to_answer())
    socket.end()
    assert transport.ready is None
    await asyncio.wait_for(command, 1)
    assert (transport.written, connection.sent) == ([wire("a")], [])


async def test_what_is_put_is_written_at_once_when_that_is_asked_for(socket, transport):
    """As when the connection is about to end."""
    socket.put("a")
    socket.flush()
    assert transport.written == [wire("a")]
    await turns()
    assert transport.written == [wire("a")]
