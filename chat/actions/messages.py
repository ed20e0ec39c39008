"""Changing messages that were sent."""

from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.utils import timezone

from chat.exceptions import ClientError
from chat.markdown import RENDERER_VERSION, render
from chat.models import Member
from multichat.audit import By, record
from multichat.models import Act

from .texts import Ack, check_text
from .turns import turns_in


@contextmanager
def _turn_of(room_id, user_id):
    """Give the room's Turn and somebody's Standing in it; raise ClientError."""
    with turns_in([room_id]) as turns:
        if room_id not in turns:
            raise ClientError("ROOM_INVALID")
        # Locked: who is banned from the site meanwhile has been before this, or is after it.
        users = get_user_model().objects.select_for_update(no_key=True)
        user = users.filter(pk=user_id).first()
        if user is None:
            raise ClientError("ROOM_ACCESS_DENIED")
        member = Member.objects.of(room_id, user_id)
        yield turns[room_id], turns[room_id].standing(user, member)


def edit(user_id, room_id, message_id, text):
    """Give one's own message another text, announce it and return its Ack. Raises ClientError."""
    check_text(text)
    html = render(text)  # before the room is locked
    with _turn_of(room_id, user_id) as (turn, standing):
        if why_not := standing.why_not_write(timezone.now()):
            raise ClientError(why_not)
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


def delete(user_id, room_id, message_id, address=None):
    """Leave a tombstone in a message's place (one's own, or as a moderator anybody's), announce it
    and return its Ack. Raises ClientError.

    What a moderator deletes, from this address, is written into the audit log with its text.
    """
    with _turn_of(room_id, user_id) as (turn, standing):
        if standing.why_not_change:
            raise ClientError(standing.why_not_change)
        message = turn.message(message_id)
        if message.user_id != user_id and not standing.may_manage:
            raise ClientError("MESSAGE_ACCESS_DENIED")
        if not message.deleted:
            if message.user_id != user_id:
                _record_deletion(message, By(standing.user, address), turn.room)
            turn.take(message)
            message.text = message.html = ""
            message.deleted = True
            message.save(update_fields=["text", "html", "deleted", "version"])
        return Ack(message.pk, message.version)


def _record_deletion(message, by, room):
    record(Act.MESSAGE_DELETED, by, message.user, room, message=message.pk, text=message.text)
