"""Sending messages: many at once share a commit, and each gets its own answer."""

import hashlib
import json
import logging
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db import DataError, IntegrityError
from django.utils import timezone

from chat.exceptions import ClientError, LoggedOut
from chat.markdown import RENDERER_VERSION, render
from chat.models import Draft, Member, Message, Room, is_staff

from .pace import check_pace
from .texts import Ack, check_text
from .turns import Overtaken, Turn, turns_in

logger = logging.getLogger(__name__)

TRIES = 3  # to store while people lose rights


@dataclass(frozen=True)
class Moment:
    """What holds at one moment: the rooms there are, by id, who is logged in, by sender, and the
    places of these users in rooms, {user id: {room id: Place}}."""

    rooms: dict
    users: dict
    places: dict


@dataclass(eq=False)
class Send:
    """A message to be stored. `sender` stands for who sends it, as the caller knows people."""

    sender: object
    room_id: int
    message: str
    key: str | None = None
    reply_to: int | None = None
    msg_type: int = 0
    present: bool = True  # the sender is in the room
    limited: ClientError | None = None  # it came too fast: only a repeated one is answered
    # What tells one send from another with the same key.
    digest: str = field(init=False, default="")
    html: str = field(init=False, default="")
    fault: ClientError | None = field(init=False, default=None)  # of the text

    def __post_init__(self):
        if self.key and isinstance(self.message, str):  # no other has ever been stored
            said = json.dumps([self.message, self.reply_to, self.msg_type])
            self.digest = hashlib.sha256(said.encode()).hexdigest()

    def prepare(self):
        """Check and render the text, which nobody is to wait for."""
        if self.limited:
            return
        try:
            check_text(self.message)
            self.html = render(self.message)
        except ClientError as fault:
            self.fault = fault
        except Exception:  # of one text: the other sends of the batch are to be stored
            logger.exception("A text could not be rendered")
            self.fault = ClientError("UNAVAILABLE")


def send(user_id, room_id, message, **more):
    """Store and announce a message (its text), and return its Ack. Raises ClientError.

    With a `key` a repeated send returns the first one's Ack, whatever else has changed since.
    `present` says whether the person is in the room.
    """

    def moment(rights):
        rooms = Room.objects.filter(deleting=False).in_bulk([room_id])
        users = get_user_model().objects.in_bulk([user_id])
        return Moment(rooms, users, Member.objects.places(users))

    [answer] = send_all([Send(user_id, room_id, message, **more)], moment)
    if isinstance(answer, Exception):
        raise answer
    return answer


def send_all(sends, moment_at):
    """Store and announce messages in one transaction, and return what each is answered with: its
    Ack, or the exception (ClientError, LoggedOut) that says why it was not stored.

    `moment_at(rights number)` is called under the rooms' locks and returns the Moment. What the
    database does not take of one is not stored of that one alone.
    """
    for each in sends:
        each.prepare()
    try:
        return _store(sends, moment_at)
    except (IntegrityError, DataError):
        # One of them is at fault; or somebody was deleted while they sent, which shows now.
        return [_store_alone(each, moment_at) for each in sends]


def _store_alone(send, moment_at):
    try:
        [answer] = _store([send], moment_at)
    except (IntegrityError, DataError) as error:
        return error
    return answer


def _store(sends, moment_at):
    for _ in range(TRIES):
        try:
            return _store_once(sends, moment_at)
        except Overtaken:
            pass
    return [ClientError("UNAVAILABLE") for _ in sends]


def _store_once(sends, moment_at):
    moment = None

    def rooms_at(rights):
        nonlocal moment
        moment = moment_at(rights)
        return moment.rooms

    def check_again(rights):
        """An insert waits for whoever bans its author from the site; a change in SQL takes no lock
        of ours at all. Either may have been committed since we asked."""
        later = moment_at(rights)
        for each, answer in zip(sends, answers, strict=True):
            if isinstance(answer, Draft) and _why_not(each, turns, later, now):
                raise Overtaken

    with turns_in({each.room_id for each in sends}, rooms_at, check_again) as turns:
        known = _sent_before(sends, moment.users)
        answers, now = [], timezone.now()
        for each in sends:
            try:
                answers.append(_settle(each, turns, moment, known, now))
            except (ClientError, LoggedOut) as error:
                answers.append(error)
        if drafts := [draft for turn in turns.values() for draft in turn.changed]:
            Message.objects.insert(drafts)
    return [
        answer if isinstance(answer, Exception) else Ack(answer.pk, answer.first_version)
        for answer in answers
    ]


def _sent_before(sends, users):
    """Return {(room id, user id, key): Message} of the sends that are repeated."""
    slots = [
        (each.room_id, users[each.sender].pk, each.key)
        for each in sends
        if each.key and each.sender in users
    ]
    rows = Message.objects.sent_with(slots) if slots else []
    return {(row.room_id, row.user_id, row.key): row for row in rows}


def _settle(send, turns, moment, known, now):
    """Return the Message that answers a send: the first one's if it is repeated, or the Draft of a
    new one that has taken its version. Raises ClientError or LoggedOut."""
    user = moment.users.get(send.sender)
    if user is None:
        raise LoggedOut
    slot = (send.room_id, user.pk, send.key)
    if send.key and (first := known.get(slot)):
        if first.digest != send.digest:
            raise ClientError("REF_CONFLICT")
        return first
    turn = turns.get(send.room_id)
    _check(send, turn, moment, now)
    draft = known[slot] = Draft(
        room_id=send.room_id,
        user=user,
        msg_type=send.msg_type,
        text=send.message,
        html=send.html,
        renderer=RENDERER_VERSION,
        key=send.key,
        digest=send.digest,
        reply_to_id=send.reply_to,
        sent_at=now,
    )
    turn.take(draft)
    draft.first_version = draft.version
    return draft


def _standing(send, turn, moment):
    """Return the Standing of a sender who is logged in."""
    user = moment.users[send.sender]
    return turn.standing(user, moment.places.get(user.pk, {}).get(send.room_id))


def _why_not(send, turns, moment, now):
    """Return why what was stored may not be sent at this later Moment, or None."""
    if send.sender not in moment.users or send.room_id not in moment.rooms:
        return "ROOM_ACCESS_DENIED"
    turn = Turn(moment.rooms[send.room_id], turns[send.room_id].version)
    return _standing(send, turn, moment).why_not_write(now)


def _check(send, turn, moment, now):
    """Raise ClientError when a send that is no repeated one may not be stored."""
    if send.limited:
        raise send.limited
    if not send.present:
        raise ClientError("ROOM_ACCESS_DENIED")
    if send.fault:
        raise send.fault
    if turn is None:
        raise ClientError("ROOM_INVALID")
    standing = _standing(send, turn, moment)
    if why_not := standing.why_not_write(now):
        raise ClientError(why_not)
    if send.msg_type and not is_staff(standing.user):
        raise ClientError("MESSAGE_ACCESS_DENIED")
    if send.reply_to is not None:
        turn.message(send.reply_to)
    check_pace(turn, standing, now)
