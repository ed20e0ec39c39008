"""The rights number: what raises it, and what does not.

wire/test_rights_number.py runs this file on PostgreSQL as well.
"""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model, logout
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.factories import UserFactory
from accounts.session_store import SessionStore
from chat import actions
from chat.factories import MemberFactory, MessageFactory
from chat.models import Epoch, Member, Rights, Role, Room
from multichat.audit import By

User = get_user_model()

# What counts, counts from the commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(log_in, rung):
    """One of everything: a room, somebody, their place in it and session, the epoch."""
    anna = UserFactory(username="anna", is_active=True)
    key = log_in(anna)
    Authenticator.objects.create(user=anna, type="totp", data={})
    Epoch.current()
    place = MemberFactory(user=anna, room__title="Tea", room__slug="tea")
    session = Session.objects.filter(pk=key)
    return SimpleNamespace(room=place.room, anna=anna, place=place, key=key, session=session)


def rooms(site):
    return Room.objects.filter(pk=site.room.pk)


def places(site):
    return Member.objects.filter(pk=site.place.pk)


def factors(site):
    return Authenticator.objects.filter(user=site.anna)


def people(site):
    return User.objects.filter(pk=site.anna.pk)


def save(thing, **fields):
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def log_out(site):
    request = HttpRequest()
    request.session = SessionStore(site.key)
    logout(request)


RAISING = {
    "a room is made": lambda site: Room.objects.create(title="More"),
    "rooms are made in bulk": lambda site: Room.objects.bulk_create([Room(title="a", slug="a")]),
    "rooms are made unless they exist": lambda site: Room.objects.bulk_create(
        [Room(title="a", slug="a"), Room(title="b", slug="tea")], ignore_conflicts=True
    ),
    "a room is made that exists": lambda site: Room.objects.bulk_create(
        [Room(title="New", slug="tea")],
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=["title"],
    ),
    "a room is saved": lambda site: save(site.room, title="Coffee"),
    "a room's access": lambda site: rooms(site).update(access="staff"),
    "a room's address": lambda site: rooms(site).update(slug="coffee"),
    "a room's lock": lambda site: actions.lock(By(site.anna), rooms(site)),
    "a room's lock, in SQL": lambda site: sql("UPDATE chat_room SET locked = %s", True),
    "a room is being deleted": lambda site: rooms(site).update(deleting=True),
    "a room is deleted": lambda site: site.room.delete(),
    "rooms are deleted": lambda site: Room.objects.all().delete(),
    "a room is deleted in SQL": lambda site: site.place.delete() and sql("DELETE FROM chat_room"),
    "a room is deleted by its action": lambda site: actions.delete_room(By(site.anna), site.room),
    "a place is made": lambda site: MemberFactory(room=site.room),
    "a place is saved": lambda site: save(site.place, silenced=True),
    "a role": lambda site: places(site).update(role=Role.MODERATOR),
    "a ban, in SQL": lambda site: sql("UPDATE chat_member SET banned = %s", True),
    "a silence's end": lambda site: places(site).update(silenced_until=timezone.now()),
    "a place is deleted": lambda site: site.place.delete(),
    "a place is deleted in SQL": lambda site: sql("DELETE FROM chat_member"),
    "who may write in a room": lambda site: rooms(site).update(posting="moderators"),
    "a slow mode": lambda site: rooms(site).update(slow=5),
    "somebody is saved": lambda site: save(site.anna, is_active=False),
    "somebody is staff": lambda site: people(site).update(is_staff=True),
    "somebody is a superuser": lambda site: people(site).update(is_superuser=True),
    "somebody is renamed": lambda site: people(site).update(username="berta"),
    "somebody is changed in bulk": lambda site: User.objects.bulk_update(
        [User(pk=site.anna.pk, is_staff=True)], ["is_staff"]
    ),
    "somebody is changed in SQL": lambda site: sql("UPDATE accounts_user SET is_staff = %s", True),
    "a password": lambda site: site.anna.set_password("another") or site.anna.save(),
    "somebody is deleted": lambda site: site.anna.delete(),
    "people are deleted": lambda site: people(site).delete(),
    "a log-out": log_out,
    "all sessions of somebody end": lambda site: site.anna.end_sessions(),
    "all sessions end in SQL": lambda site: sql("UPDATE accounts_user SET sessions_ended = 9"),
    "a second factor is gone": lambda site: factors(site).delete(),
    "second factors are gone in SQL": lambda site: sql("DELETE FROM mfa_authenticator"),
    "a second factor is another's": lambda site: factors(site).update(user=UserFactory()),
    "a second factor is only a recovery code": lambda site: factors(site).update(
        type="recovery_codes"
    ),
    "sessions are deleted": lambda site: site.session.delete(),
    "sessions are deleted in SQL": lambda site: sql("DELETE FROM django_session"),
    "a session's data": lambda site: site.session.update(session_data="other"),
    "a session's end": lambda site: site.session.update(expire_date=timezone.now()),
    "another epoch": lambda site: Epoch.renew(),
    "an epoch in SQL": lambda site: sql("UPDATE chat_epoch SET name = 'another'"),
    "no epoch": lambda site: Epoch.objects.all().delete(),
}

STAYING = {
    "nothing": lambda site: None,
    "a message": lambda site: MessageFactory(room=site.room, user=site.anna),
    "a message changed": lambda site: MessageFactory(room=site.room, user=site.anna, edited=True),
    "a description": lambda site: rooms(site).update(description="All about tea"),
    "a description saved": lambda site: save(site.room, description="All about tea"),
    "a room saved as it was": lambda site: save(site.room),
    "a room updated to what it was": lambda site: rooms(site).update(access="open", locked=False),
    "the log-in's time": lambda site: people(site).update(last_login=timezone.now()),
    "an address": lambda site: save(site.anna, email="anna@example.com", first_name="Anna"),
    "a place saved as it was": lambda site: save(site.place),
    "somebody saved as they were": lambda site: save(site.anna),
    "the use of a second factor": lambda site: factors(site).get().record_usage(),
    "what a second factor holds": lambda site: factors(site).update(data={"secret": "other"}),
    "a new second factor": lambda site: Authenticator.objects.create(
        user=site.anna, type="webauthn", data={}
    ),
    "a new session": lambda site: SessionStore().save(must_create=True),
    "the epoch read": lambda site: Epoch.current(),
    "nobody deleted": lambda site: User.objects.filter(username="nobody").delete(),
}


@pytest.mark.parametrize("change", RAISING.values(), ids=RAISING)
def test_the_number_rises_with(site, change):
    before = Rights.current()
    change(site)
    assert Rights.current() > before


@pytest.mark.parametrize("change", STAYING.values(), ids=STAYING)
def test_the_number_stays_with(site, change):
    before = Rights.current()
    change(site)
    assert Rights.current() == before > 0


def test_it_rises_when_a_session_is_over_and_again_when_it_is_cleared_away(site):
    first = Rights.current()
    site.session.update(expire_date=timezone.now() - timedelta(days=1))
    second = Rights.current()
    call_command("clearsessions")
    assert not site.session.exists()
    assert first < second < Rights.current()


def test_it_rises_with_a_log_out_by_the_page(site, client):
    client.force_login(site.anna)
    before = Rights.current()
    client.post("/accounts/logout/")
    assert Rights.current() > before


def test_it_rises_with_an_action_of_the_admin(site, admin):
    before = Rights.current()
    admin.post("/admin/chat/room/", {"action": "lock", "_selected_action": [site.room.pk]})
    site.room.refresh_from_db()
    assert site.room.locked
    assert Rights.current() > before


def test_it_rises_with_a_fixture_that_changes_something(site):
    call_command("loaddata", "sample_rooms", verbosity=0)
    before = Rights.current()
    call_command("loaddata", "sample_rooms", verbosity=0)
    assert Rights.current() == before
    Room.objects.filter(slug="lobby").update(access="staff")
    before = Rights.current()
    call_command("loaddata", "sample_rooms", verbosity=0)
    assert Rights.current() > before


def test_it_rises_with_a_fixture_that_holds_the_number_itself(site, tmp_path):
    dump = tmp_path / "dump.json"
    models = ("accounts.user", "chat.rights")
    call_command("dumpdata", *models, output=str(dump), verbosity=0)
    dump.write_text(dump.read_text().replace('"is_staff": false', '"is_staff": true'))
    before = Rights.current()
    time.sleep(0.005)
    call_command("loaddata", str(dump), verbosity=0)
    site.anna.refresh_from_db()
    assert site.anna.is_staff
    assert Rights.current() > before


@pytest.mark.parametrize(
    "write",
    [
        lambda: Rights.objects.update(number=1),
        lambda: Rights.objects.update(number=F("number")),
        lambda: Rights.objects.all().delete(),
        lambda: call_command("flush", interactive=False, verbosity=0),
    ],
    ids=["lowered", "written again", "deleted", "flushed"],
)
def test_nobody_brings_an_old_number_back(site, write):
    before = Rights.current()
    time.sleep(0.005)  # the clock of SQLite ticks in milliseconds
    write()
    assert Rights.current() > before


def test_what_was_rolled_back_never_was(site):
    before = Rights.current()
    with transaction.atomic():
        rooms(site).update(access="staff")
        transaction.set_rollback(True)
    assert Rights.current() == before


def test_part_of_a_transaction_that_was_rolled_back_does_not_hide_the_rest(site):
    before = Rights.current()
    with transaction.atomic():
        with transaction.atomic():
            rooms(site).update(access="staff")
            connection.check_constraints()  # what is deferred fires now
            transaction.set_rollback(True)
        rooms(site).update(locked=True)
    assert Rights.current() > before


def test_it_is_read_in_one_query(site, django_assert_num_queries):
    with django_assert_num_queries(1):
        Rights.current()
