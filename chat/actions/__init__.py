"""What people do: check, store, announce. Every door (socket, page, admin, command) calls these.

Each action is one transaction, asks the rules inside it after it took the room's row, and announces
what it stored once that is committed. All are plain functions, called in a database thread or a
view.
"""

from .messages import delete, edit
from .rooms import delete_room, lock, save_room, unlock
from .sending import Send, Standing, send, send_all
from .texts import Ack

__all__ = [
    "Ack",
    "Send",
    "Standing",
    "delete",
    "delete_room",
    "edit",
    "lock",
    "save_room",
    "send",
    "send_all",
    "unlock",
]
