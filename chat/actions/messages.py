"""What people do with messages."""

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone

from chat import events
from chat.exceptions import ClientError
from chat.markdown import RENDERER_VERSION, is_blank, render
from chat.models import Feed, Message, Room, is_staff


@dataclass(frozen=True)
class Ack:
    """What was stored: the message's id, and the version that confirms it."""

    id: int
    version: int


class NothingChanged(Exception):
    """Ends a transaction that found nothing to change, so that its version is given back."""

    def __init__(self, message):
        self.ack = Ack(message.pk, message.version)


@dataclass
class Turn:
    """One change of one room: who makes it, and the version that it takes."""

    room: Room
    user: object
    version: int

    def message(self, message_id):
        """Return the room's message; raise ClientError when there is none."""
        message = Message.objects.filter(room=self.room, pk=message_id).first()
        if message is None:
            raise ClientError("MESSAGE_INVALID")
        return message

    def store(self, message, *changed):
        """Save a new message, or the fields `changed` of an old one, under this turn's version; it
        is announced when that is committed."""
        message.version = self.version
        message.save(update_fields=[*changed, "version"] if changed else None)
        events.announce_change(message)
        return Ack(message.pk, message.version)


@contextmanager
def turn_in(room_id, user_id):
    """Give a Turn to somebody who may write in the room; raise ClientError otherwise.

    The version is taken first: it locks the room's feed (on SQLite, the database) until the commit,
    so what is asked after it holds until then. The room's own row is locked as well, on which an
    admin's change of the room waits.
    """
    with transaction.atomic():
        version = Feed.objects.take_version(room_id)
        room = Room.objects.select_for_update(no_key=True).filter(pk=room_id).first()
        if version is None or room is None or room.deleting:
            raise ClientError("ROOM_INVALID")
        user = get_user_model().objects.filter(pk=user_id).first()
        if user is None or not room.is_visible_to(user):
            raise ClientError("ROOM_ACCESS_DENIED")
        if why_not := room.why_not(user):
            raise ClientError(why_not)
        yield Turn(room, user, version)


def _readable(text):
    """Check a text; raise ClientError when it says nothing, or too much."""
    if not isinstance(text, str) or is_blank(text):
        raise ClientError("MESSAGE_INVALID")
    if len(text) > settings.CHAT_MESSAGE_MAX_LENGTH:
        raise ClientError("MESSAGE_TOO_LONG")


def digest_of(message, reply_to=None, msg_type=0):
    """Return what tells one send from another with the same ref, a string."""
    return hashlib.sha256(json.dumps([message, reply_to, msg_type]).encode()).hexdigest()


def _sent_before(user_id, room_id, key, digest):
    """Return the Ack of the send with this key, None if there was none; raise REF_CONFLICT."""
    message = Message.objects.filter(room_id=room_id, user_id=user_id, key=key).first()
    if message is None:
        return None
    if message.digest != digest:
        raise ClientError("REF_CONFLICT")
    return Ack(message.pk, message.first_version)


def send(user_id, room_id, message, *, key=None, reply_to=None, msg_type=0, present=True):
    """Store and announce a message (its text), and return its Ack.

    With a `key` a repeated send returns the first one's Ack, whatever else has changed since.
    `present` says whether the person is in the room. Raises ClientError.
    """
    digest = key and digest_of(message, reply_to, msg_type)
    if key and (ack := _sent_before(user_id, room_id, key, digest)):
        return ack
    if not present:
        raise ClientError("ROOM_ACCESS_DENIED")
    _readable(message)
    html = render(message)  # before the room is locked
    try:
        with turn_in(room_id, user_id) as turn:
            if msg_type and not is_staff(turn.user):
                raise ClientError("MESSAGE_ACCESS_DENIED")
            if reply_to is not None:
                turn.message(reply_to)
            return turn.store(
                Message(
                    room=turn.room,
                    first_version=turn.version,
                    user=turn.user,
                    msg_type=msg_type,
                    text=message,
                    html=html,
                    renderer=RENDERER_VERSION,
                    key=key,
                    digest=digest or "",
                    reply_to_id=reply_to,
                    sent_at=timezone.now(),
                )
            )
    except IntegrityError:
        # The same send on another socket was faster, by less than the time to render it.
        if key and (ack := _sent_before(user_id, room_id, key, digest)):
            return ack
        raise


def edit(user_id, room_id, message_id, text):
    """Give one's own message another text, announce it and return its Ack. Raises ClientError."""
    _readable(text)
    html = render(text)
    try:
        with turn_in(room_id, user_id) as turn:
            message = turn.message(message_id)
            if message.user_id != user_id:
                raise ClientError("MESSAGE_ACCESS_DENIED")
            if message.deleted:
                raise ClientError("MESSAGE_INVALID")
            if message.text == text:
                raise NothingChanged(message)
            message.text, message.html, message.renderer = text, html, RENDERER_VERSION
            message.edited_at = timezone.now()
            return turn.store(message, "text", "html", "renderer", "edited_at")
    except NothingChanged as nothing:
        return nothing.ack


def delete(user_id, room_id, message_id):
    """Leave a tombstone in a message's place (one's own, or as staff anybody's), announce it and
    return its Ack. Raises ClientError."""
    try:
        with turn_in(room_id, user_id) as turn:
            message = turn.message(message_id)
            if message.user_id != user_id and not is_staff(turn.user):
                raise ClientError("MESSAGE_ACCESS_DENIED")
            return _bury(turn, message)
    except NothingChanged as nothing:
        return nothing.ack


def _bury(turn, message):
    if message.deleted:
        raise NothingChanged(message)
    message.text = message.html = ""
    message.deleted = True
    return turn.store(message, "text", "html", "deleted")
