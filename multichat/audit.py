"""Writing the audit log: every door that gives somebody power over others comes by here."""

from dataclasses import dataclass

from .models import AuditEntry
from .proxies import read_address


@dataclass(frozen=True, slots=True)
class By:
    """Who acts (a User), and from which address (a string, or None for a command)."""

    user: object
    address: str | None = None

    @classmethod
    def request(cls, request):
        """Return who asks for a page. TrustedProxies has seen to the address."""
        return cls(request.user, request.META.get("REMOTE_ADDR") or None)


def record(act, by, *about, **more):
    """Write one act into the log, in the transaction that does it, and return it; what to say of it
    see `entry`."""
    written = entry(act, by, *about, **more)
    written.save()
    return written


def record_all(entries):
    """Write several acts into the log at once."""
    AuditEntry.objects.bulk_create(entries)


def entry(act, by, subject=None, room=None, message=None, detail="", text=""):
    """Return the entry of one act, which is not stored yet.

    act: an Act; by: a By; subject: the User whom it is done to; room: where, with `pk` and `title`;
    message: a message's number; detail: how, in words; text: what a deleted message said.
    """
    return AuditEntry(
        act=act,
        actor=by.user,
        actor_name=by.user.get_username(),
        subject=subject,
        subject_name=subject.get_username() if subject else "",
        room=room and room.pk,
        room_title=room.title if room else "",
        message=message,
        detail=detail,
        text=text,
        # A server on a UNIX socket knows none; and no database keeps the scope of a local one.
        address=read_address((by.address or "").partition("%")[0]),
    )
