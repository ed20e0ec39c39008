"""Acks that are awaited: a sender's ack is put out before the message that it confirms.

The sweep may find a message in the database, and deliver it, before the thread that stored it says
so. Whichever comes first writes the ack.
"""

from contextlib import contextmanager

from chat import frames
from chat.exceptions import ClientError


class Acks:
    """The sends with a ref that are under way in this process."""

    def __init__(self):
        # (room id, user id, ref, digest of what is sent) -> [Socket, ...] that have had no ack yet.
        # Without the digest, two different sends with one ref would take each other's ack.
        self._awaited = {}

    @contextmanager
    def awaited(self, socket, room_id, ref, digest):
        """Give a function that puts out the ack of (message id, version), once; without a `ref`
        there is none to put out.

        What was acked has happened: a ClientError that comes after that is swallowed.
        """
        key = (room_id, socket.person.id, ref, digest)
        waiting = self._awaited.setdefault(key, [])
        waiting.append(socket)

        def confirm(message_id, version):
            if socket in waiting:
                waiting.remove(socket)
                if ref is not None:
                    socket.put(frames.ack(ref, room_id, message_id, version))

        try:
            yield confirm
        except ClientError:
            if socket in waiting:
                raise
        finally:
            if socket in waiting:
                waiting.remove(socket)
            if not waiting and self._awaited.get(key) is waiting:
                del self._awaited[key]

    def confirm(self, change):
        """Put out the acks that wait for this change."""
        if change.key is not None:
            key = (change.room, change.user, change.key, change.digest)
            waiting = self._awaited.get(key, [])
            while waiting:
                waiting.pop().put(frames.ack(change.key, change.room, change.id, change.first))
