"""All sockets of a process are written to in turn."""

import asyncio

from chat.hub import socket as socket_module
from chat.hub.socket import Flush

from .fakes import turns


class Counted:
    """A socket that counts how often it is written to."""

    def __init__(self):
        self.flushed = 0

    def flush(self):
        self.flushed += 1


async def test_the_loop_comes_to_other_things_while_many_are_written_to(monkeypatch):
    monkeypatch.setattr(socket_module, "SOCKETS_AT_ONCE", 3)
    flush, sockets = Flush(asyncio.get_running_loop()), [Counted() for _ in range(8)]
    for socket in sockets:
        flush.soon(socket)
    assert sum(socket.flushed for socket in sockets) == 0
    written = []
    for _ in range(4):
        await asyncio.sleep(0)
        written.append(sum(socket.flushed for socket in sockets))
    assert written == [3, 6, 8, 8]
    flush.soon(sockets[0])
    await turns()
    assert [socket.flushed for socket in sockets] == [2] + [1] * 7


async def test_a_socket_that_fails_keeps_nobody_else_waiting(caplog):
    flush, sockets = Flush(asyncio.get_running_loop()), [Counted() for _ in range(3)]
    sockets[0].flush = None
    for socket in sockets:
        flush.soon(socket)
    await turns()
    assert [socket.flushed for socket in sockets] == [0, 1, 1]
    assert len(caplog.records) == 1


async def test_what_is_put_after_a_flush_is_flushed_too():
    flush, first, second = Flush(asyncio.get_running_loop()), Counted(), Counted()
    first.flush = lambda: flush.soon(second)
    flush.soon(first)
    await turns()
    assert second.flushed == 1
