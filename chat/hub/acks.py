"""Acks that are awaited: a sender's ack is put out before the message that it confirms.

The sweep may find a message in the database, and deliver it, before the thread that stored it says
so. Whichever comes first writes the ack.
"""

from contextlib import contextmanager

from chat import frames


class Acks:
    """The sends with a ref that are under way in this process."""

    def __init__(self):
        self._awaited = {}  # (room id, user id, ref) -> [Socket, …] that have had no ack yet

    @contextmanager
    def awaited(self, socket, room_id, ref):
        """Give a function that puts out the ack of (message id, version), once; without a `ref`
        there is none to put out."""
        key = (room_id, socket.person.id, ref)

        def confirm(message_id, version):
            if ref is not None and socket in self._awaited.get(key, ()):
                self._awaited[key].remove(socket)
                socket.put(frames.ack(ref, room_id, message_id, version))

        self._awaited.setdefault(key, []).append(socket)
        try:
            yield confirm
        finally:
            waiting = self._awaited.get(key, [])  # another socket's send may have ended the list
            if socket in waiting:
                waiting.remove(socket)
            if not waiting:
                self._awaited.pop(key, None)

    def confirm(self, change):
        """Put out the acks that wait for this change."""
        if change.key is None:
            return
        waiting = self._awaited.get((change.room, change.user, change.key), [])
        while waiting:
            waiting.pop().put(frames.ack(change.key, change.room, change.id, change.first))
