"""Rooms, messages and members for tests; people come from accounts/factories.py."""

import factory
from django.db import transaction
from django.utils import timezone

from accounts.factories import UserFactory

from .markdown import RENDERER_VERSION, render
from .models import Feed, Member, Message, Report, Role, Room


class RoomFactory(factory.django.DjangoModelFactory):
    """A room that everybody may enter, unless `of_members`, `staff` or `superusers` says
    otherwise."""

    class Meta:
        model = Room

    class Params:
        of_members = factory.Trait(access="members")
        staff = factory.Trait(access="staff")
        superusers = factory.Trait(access="superusers")

    title = factory.Sequence("Room {:04}".format)
    locked = False


class MessageFactory(factory.django.DjangoModelFactory):
    """A message that took its versions from its room's feed: one when it was sent, one more when
    it was `edited`, one more when it was `deleted`. Nothing is announced."""

    class Meta:
        model = Message

    class Params:
        edited = factory.Trait(edited_at=factory.LazyFunction(timezone.now))

    room = factory.SubFactory(RoomFactory)
    user = factory.SubFactory(UserFactory)
    deleted = False
    edited_at = None
    text = factory.Maybe("deleted", "", factory.Sequence("line {}".format))
    html = factory.LazyAttribute(lambda message: message.text and render(message.text))
    renderer = RENDERER_VERSION
    sent_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **fields):
        changes = 1 + bool(fields["edited_at"]) + fields["deleted"]
        with transaction.atomic():
            versions = [take_version(fields["room"].pk) for _ in range(changes)]
            return super()._create(
                model_class, *args, first_version=versions[0], version=versions[-1], **fields
            )


class MemberFactory(factory.django.DjangoModelFactory):
    """A member of a room; `guest`: nothing special there. `silenced` is for good."""

    class Meta:
        model = Member

    class Params:
        guest = factory.Trait(role=Role.GUEST)
        moderator = factory.Trait(role=Role.MODERATOR)

    room = factory.SubFactory(RoomFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER
    banned = False
    silenced = False


class ReportFactory(factory.django.DjangoModelFactory):
    """A report that waits, by somebody who is not the message's author."""

    class Meta:
        model = Report

    message = factory.SubFactory(MessageFactory)
    room = factory.SelfAttribute("message.room")
    reporter = factory.SubFactory(UserFactory)
    reason = "rude"
    text = factory.SelfAttribute("message.text")


def take_version(room_id):
    """Take and return the room's next version, in a transaction of the caller."""
    version = Feed.objects.lock([room_id])[room_id] + 1
    Feed.objects.advance({room_id: version})
    return version
