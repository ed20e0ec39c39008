"""Acks that are awaited: a sender's ack is put out before the message that it confirms.

The sweep may find a message in the database, and deliver it, before the thread that stored it says
so. Whichever comes first writes the ack.
"""

from chat import frames


class Acks:
    """The sends with a ref that are under way in this process."""

    def __init__(self):
        # (room id, user id, ref, digest of what is sent) -> [Socket, ...] that have had no ack yet.
        # Without the digest, two different sends with one ref would take each other's ack.
        self._awaited = {}

    def await_for(self, socket, send):
        """Note that a socket is to have the ack of its send."""
        self._awaited.setdefault(_slot(socket, send), []).append(socket)

    def settle(self, socket, send, ack=None):
        """Put the Ack out, unless it was before; without one, forget that it is awaited. Return
        whether it was still awaited."""
        waiting = self._awaited.get(_slot(socket, send), [])
        if socket not in waiting:
            return False
        waiting.remove(socket)
        if not waiting:
            del self._awaited[_slot(socket, send)]
        if ack:
            socket.put(frames.ack(send.key, send.room_id, ack.id, ack.version))
        return True

    def confirm(self, change):
        """Put out the acks that wait for this Change."""
        if change.key is not None:
            slot = (change.room, change.user, change.key, change.digest)
            for socket in self._awaited.pop(slot, ()):
                socket.put(frames.ack(change.key, change.room, change.id, change.first))


def _slot(socket, send):
    return send.room_id, socket.person.id, send.key, send.digest
