"""Editing and deleting."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.factories import UserFactory
from chat import actions
from chat.factories import MessageFactory, RoomFactory
from chat.markdown import RENDERER_VERSION, render

from .test_actions_messages import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(anna):
    return MessageFactory(user=anna, text="hi", key="k", renderer=0)


def test_an_edited_message_has_its_new_text_and_the_next_version(anna, message):
    sent_at, before = message.sent_at, timezone.now()
    ack = actions.edit(anna.pk, message.room_id, message.pk, "ho")
    message.refresh_from_db()
    assert (ack.id, ack.version) == (message.pk, 2)
    assert (message.text, message.html) == ("ho", render("ho"))
    assert (message.version, message.first_version, message.renderer) == (2, 1, RENDERER_VERSION)
    assert before <= message.edited_at <= timezone.now()
    assert (message.sent_at, message.key, message.deleted) == (sent_at, "k", False)


def test_the_same_text_changes_nothing_and_gives_its_version_back(anna, message, rung):
    MessageFactory(room=message.room)
    ack = actions.edit(anna.pk, message.room_id, message.pk, "hi")
    assert (ack.id, ack.version) == (message.pk, 1)
    message.refresh_from_db()
    assert (message.version, message.edited_at) == (1, None)
    assert actions.send(anna.pk, message.room_id, "next").version == 3


def test_a_deleted_message_cannot_be_edited(anna):
    message = MessageFactory(user=anna, deleted=True)
    refused("MESSAGE_INVALID", actions.edit, anna.pk, message.room_id, message.pk, "ho")


@pytest.mark.parametrize("person", [{}, {"staff": True}, {"superuser": True}])
def test_nobody_else_edits_a_message(message, person):
    stranger = UserFactory(**person)
    refused("MESSAGE_ACCESS_DENIED", actions.edit, stranger.pk, message.room_id, message.pk, "ho")


@pytest.mark.parametrize("action", [actions.edit, actions.delete])
def test_a_message_is_changed_in_its_own_room_only(action, anna, message):
    text = ["ho"] if action is actions.edit else []
    other = RoomFactory()
    refused("MESSAGE_INVALID", action, anna.pk, other.pk, message.pk, *text)
    refused("MESSAGE_INVALID", action, anna.pk, message.room_id, message.pk + 1000, *text)
    refused("MESSAGE_INVALID", action, anna.pk, message.room_id, -1, *text)


def test_a_message_of_a_deleted_person_is_nobodys_to_edit(anna, message):
    message.user.delete()
    refused(
        "MESSAGE_ACCESS_DENIED", actions.edit, UserFactory().pk, message.room_id, message.pk, "ho"
    )


def test_a_deleted_message_leaves_a_tombstone(anna, message):
    ack = actions.delete(anna.pk, message.room_id, message.pk)
    sent_at, key = message.sent_at, message.key
    message.refresh_from_db()
    assert (ack.id, ack.version) == (message.pk, 2)
    assert (message.text, message.html, message.deleted) == ("", "", True)
    assert (message.version, message.first_version) == (2, 1)
    assert (message.user, message.sent_at, message.key) == (anna, sent_at, key)


def test_deleting_what_is_deleted_changes_nothing_and_gives_its_version_back(anna, rung):
    message = MessageFactory(user=anna, deleted=True)
    ack = actions.delete(anna.pk, message.room_id, message.pk)
    assert (ack.id, ack.version) == (message.pk, 2)
    assert actions.send(anna.pk, message.room_id, "next").version == 3


@pytest.mark.parametrize("person", [{"staff": True}, {"is_superuser": True}])
def test_staff_delete_anybodys_message(message, person):
    actions.delete(UserFactory(**person).pk, message.room_id, message.pk)
    message.refresh_from_db()
    assert message.deleted


def test_a_stranger_deletes_nobodys_message(message, berta):
    refused("MESSAGE_ACCESS_DENIED", actions.delete, berta.pk, message.room_id, message.pk)


def test_a_deleted_persons_message_is_deleted_by_staff_alone(anna, berta, stella, message):
    anna.delete()
    refused("MESSAGE_ACCESS_DENIED", actions.delete, berta.pk, message.room_id, message.pk)
    assert actions.delete(stella.pk, message.room_id, message.pk).version == 2


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_change_writes_nothing_that_somebody_else_may_change_meanwhile(anna, message, change):
    """An author's account is deleted without the room's lock: the message is not to be theirs
    again afterwards."""
    text = ["ho"] if change == "edit" else []
    with CaptureQueriesContext(connection) as queries:
        getattr(actions, change)(anna.pk, message.room_id, message.pk, *text)
    [written] = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "chat_message"')]
    columns = set(re.findall(r'"(\w+)" = ', written.partition(" WHERE ")[0]))
    assert (
        columns
        == {
            "edit": {"text", "html", "renderer", "edited_at", "version"},
            "delete": {"text", "html", "deleted", "version"},
        }[change]
    )
