"""What people do: check, store, announce. Every door (socket, page, admin, command) calls these.

Each action is one transaction, asks the rules inside it after it took the room's row, and announces
what it stored once that is committed. All are plain functions, called in a database thread or a
view.
"""

from .messages import Ack, delete, digest_of, edit, send
from .rooms import delete_room, lock, save_room, unlock

__all__ = [
    "Ack",
    "delete",
    "delete_room",
    "digest_of",
    "edit",
    "lock",
    "save_room",
    "send",
    "unlock",
]
