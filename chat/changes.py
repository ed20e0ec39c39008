"""A change of a room as it is delivered: a message at its latest version."""

from dataclasses import dataclass, field, fields

from . import frames
from .models import Message, Rights


@dataclass(slots=True)
class Change:
    """A message at its latest version, ready to be delivered; its frames are made once."""

    room: int
    version: int
    first: int  # the version that it was sent at
    id: int
    user: int | None
    key: str | None
    digest: str  # of what was sent with the key
    rights: int  # the rights number when it was stored: no hub delivers it that knows an older one
    object: str
    _frames: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, message, rights):
        return cls(
            room=message.room_id,
            version=message.version,
            first=message.first_version,
            id=message.pk,
            user=message.user_id,
            key=message.key,
            digest=message.digest,
            rights=rights,
            object=frames.message_object(message),
        )

    @classmethod
    def of_event(cls, event):
        """Return the change that another process announced."""
        return cls(**{name: event[name] for name in NAMES})

    def as_event(self):
        """Return the change as a dict that a channel layer can carry."""
        return {name: getattr(self, name) for name in NAMES}

    def frame(self, new):
        """Return the Ready frame for who has never had this message (`new`), or for who has."""
        if new not in self._frames:
            self._frames[new] = frames.Ready(
                frames.message(self.object) if new else frames.update(self.room, self.object)
            )
        return self._frames[new]


NAMES = [f.name for f in fields(Change) if f.init]


def changes_since(room_id, after, most):
    """Return all Changes above the version `after`, oldest first, and the version that the room has
    then; None when there are more than `most`.

    In one piece: a message that was sent in a first piece and changed in a second would be in the
    second alone, where it could not be told from one that everybody has.
    """
    rows = Message.objects.of_room(room_id).filter(version__gt=after).order_by("version")
    rows = list(rows[: most + 1])
    if len(rows) > most:
        return None
    rights = Rights.current()  # not older than any of the rows
    return [Change.of(row, rights) for row in rows], rows[0].feed_version if rows else after
