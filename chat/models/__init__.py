"""What is kept, and who may see it: rooms, their feeds, their messages."""

from .epoch import Epoch
from .feed import Feed
from .message import Message
from .room import Room, is_staff

__all__ = ["Epoch", "Feed", "Message", "Room", "is_staff"]
