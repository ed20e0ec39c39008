"""What people do: check, store, announce. Every door (socket, page, admin, command) calls these.

Each action is one transaction, asks the rules (models/standing.py) inside it after it took the
room's row, and announces what it stored once that is committed. All are plain functions, called in
a database thread or a view. What is done to others says by whom and from where (a By), and goes
into the audit log.
"""

from .members import add_member, make_moderator, remove_member, set_place, unmake_moderator
from .messages import delete, edit
from .moderation import (
    ban,
    ban_from_site,
    end_ban,
    end_silence,
    end_site_ban,
    may_ban_from_site,
    silence,
)
from .reports import report, settle
from .rooms import (
    FOR_EVERYBODY,
    MODERATED_FIELDS,
    change_room,
    delete_room,
    lock,
    make_room,
    may_make_room,
    save_room,
    unlock,
)
from .sending import Moment, Send, send, send_all
from .texts import Ack

__all__ = [
    "FOR_EVERYBODY",
    "MODERATED_FIELDS",
    "Ack",
    "Moment",
    "Send",
    "add_member",
    "ban",
    "ban_from_site",
    "change_room",
    "delete",
    "delete_room",
    "edit",
    "end_ban",
    "end_silence",
    "end_site_ban",
    "lock",
    "make_moderator",
    "make_room",
    "may_ban_from_site",
    "may_make_room",
    "remove_member",
    "report",
    "save_room",
    "send",
    "send_all",
    "set_place",
    "settle",
    "silence",
    "unlock",
    "unmake_moderator",
]
