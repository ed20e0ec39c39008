"""What is kept, and who may see it: rooms, their feeds, their messages."""

from .epoch import Epoch
from .feed import Feed
from .message import Draft, Message
from .presence import Presence, Process
from .rights import Rights
from .room import Access, Room, is_staff

__all__ = [
    "Access",
    "Draft",
    "Epoch",
    "Feed",
    "Message",
    "Presence",
    "Process",
    "Rights",
    "Room",
    "is_staff",
]
