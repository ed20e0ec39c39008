"""What a text has to be, and what confirms that it was stored."""

from dataclasses import dataclass

from django.conf import settings

from chat.exceptions import ClientError
from chat.markdown import is_blank


@dataclass(frozen=True, slots=True)
class Ack:
    """What was stored: the message's id, and the version that confirms it."""

    id: int
    version: int


def check_text(text):
    """Check a text; raise ClientError when it says nothing, or too much."""
    if not isinstance(text, str) or is_blank(text):
        raise ClientError("MESSAGE_INVALID")
    if len(text) > settings.CHAT_MESSAGE_MAX_LENGTH:
        raise ClientError("MESSAGE_TOO_LONG")
