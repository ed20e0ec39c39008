"""What is kept, and who may see it: rooms, their feeds, their messages."""

from .epoch import Epoch
from .feed import Feed
from .member import Member, Place, Role
from .message import Draft, Message
from .presence import Presence, Process
from .report import Report
from .rights import Rights
from .room import SLOW_MAX, Access, Posting, Room, is_staff
from .standing import Personal, Rank, Sight, Standing

__all__ = [
    "SLOW_MAX",
    "Access",
    "Draft",
    "Epoch",
    "Feed",
    "Member",
    "Message",
    "Personal",
    "Place",
    "Posting",
    "Presence",
    "Process",
    "Rank",
    "Report",
    "Rights",
    "Role",
    "Room",
    "Sight",
    "Standing",
    "is_staff",
]
