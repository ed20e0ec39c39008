"""Changing messages that were sent."""

from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.utils import timezone

from chat.exceptions import ClientError
from chat.markdown import RENDERER_VERSION, render
from chat.models import is_staff

from .texts import Ack, check_text
from .turns import turns_in


@contextmanager
def _turn_of(room_id, user_id):
    """Give the room's Turn and the user to somebody who may write there; raise ClientError."""
    with turns_in([room_id]) as turns:
        if room_id not in turns:
            raise ClientError("ROOM_INVALID")
        user = get_user_model().objects.filter(pk=user_id).first()
        turns[room_id].check(user)
        yield turns[room_id], user


def edit(user_id, room_id, message_id, text):
    """Give one's own message another text, announce it and return its Ack. Raises ClientError."""
    check_text(text)
    html = render(text)  # before the room is locked
    with _turn_of(room_id, user_id) as (turn, _user):
        message = turn.message(message_id)
        if message.user_id != user_id:
            raise ClientError("MESSAGE_ACCESS_DENIED")
        if message.deleted:
            raise ClientError("MESSAGE_INVALID")
        if message.text != text:
            turn.take(message)
            message.text, message.html, message.renderer = text, html, RENDERER_VERSION
            message.edited_at = timezone.now()
            message.save(update_fields=["text", "html", "renderer", "edited_at", "version"])
        return Ack(message.pk, message.version)


def delete(user_id, room_id, message_id):
    """Leave a tombstone in a message's place (one's own, or as staff anybody's), announce it and
    return its Ack. Raises ClientError."""
    with _turn_of(room_id, user_id) as (turn, user):
        message = turn.message(message_id)
        if message.user_id != user_id and not is_staff(user):
            raise ClientError("MESSAGE_ACCESS_DENIED")
        if not message.deleted:
            turn.take(message)
            message.text = message.html = ""
            message.deleted = True
            message.save(update_fields=["text", "html", "deleted", "version"])
        return Ack(message.pk, message.version)
