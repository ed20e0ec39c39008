from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.factories import UserFactory
from accounts.models import User
from accounts.sessions import Login
from chat.factories import MessageFactory, RoomFactory
from chat.models import Epoch, Feed, Rights, Room
from chat.snapshot import Snapshot

pytestmark = pytest.mark.django_db(transaction=True)  # PostgreSQL raises the number at a commit


@pytest.fixture(autouse=True)
def epoch(db):
    """Making it raises the rights number."""
    return Epoch.current()


def test_a_snapshot_tells_who_is_logged_in_and_what_they_may_see(log_in, epoch):
    anna, stella, ruth = UserFactory(), UserFactory(staff=True), UserFactory(superuser=True)
    keys = {log_in(anna): anna, log_in(stella): stella, log_in(ruth): ruth}
    tea, staff = RoomFactory(title="Tea"), RoomFactory(title="Staff", staff=True)
    secret = RoomFactory(title="Attic", superusers=True)
    RoomFactory(deleting=True)
    now = Snapshot.take({*keys, "0" * 32})
    assert (now.number, now.epoch) == (Rights.current(), epoch)
    assert {key: now.user(key) for key in keys} == keys
    assert now.user("0" * 32) is None
    assert list(now.rooms.values()) == [secret, staff, tea]
    assert list(now.sight(anna).rooms.values()) == [tea]
    assert list(now.sight(stella).rooms.values()) == [staff, tea]
    assert list(now.sight(ruth).rooms.values()) == [secret, staff, tea]


def test_nobody_sees_anything():
    RoomFactory()
    assert Snapshot.take([]).sight(UserFactory(inactive=True)).rooms == {}
    assert Snapshot().rooms == Snapshot().logins == {}


def test_people_who_see_the_same_share_it(anna, berta, stella):
    RoomFactory()
    now = Snapshot.take([])
    assert now.sight(anna) is now.sight(berta)
    assert now.sight(anna) is not now.sight(stella)


# --- while the number is the same ---------------------------------------------------------------


def test_with_the_same_number_nothing_is_read_again(anna, log_in, django_assert_num_queries):
    key, room = log_in(anna), RoomFactory()
    known = Snapshot.take([key])
    with django_assert_num_queries(1):
        now = Snapshot.take([key], known)
    assert now.rooms is known.rooms == {room.pk: room}
    assert now.user(key) is known.user(key)
    with django_assert_num_queries(0):
        assert known.at(known.number, [key]) is known


def test_with_the_same_number_only_who_is_new_is_asked_for(
    anna, berta, log_in, django_assert_num_queries
):
    first, second = log_in(anna), log_in(berta)
    known = Snapshot.take([first])
    with django_assert_num_queries(4):  # the number, sessions, people, their places
        now = known.at(known.number, [first, second])
    assert (now.user(first), now.user(second)) == (anna, berta)
    assert now.user(first) is known.user(first)
    assert list(known.logins) == [first]  # it is as it was: another thread may be reading it
    with django_assert_num_queries(1):
        assert list(Snapshot.take([second], now).logins) == [second]


def test_a_login_expires_without_a_change_of_the_number(anna, log_in):
    key = log_in(anna)
    now = Snapshot.take([key])
    later = timezone.now() + timedelta(seconds=60)
    now.logins[key] = Login(anna, until=later)
    assert now.user(key) == anna
    now.logins[key] = Login(anna, until=timezone.now())
    assert now.user(key) is None


def test_what_expired_is_known_as_the_database_says_it(anna, log_in):
    key = log_in(anna)
    until = timezone.now() + timedelta(hours=1)
    Session.objects.update(expire_date=until)
    assert Snapshot.take([key]).logins[key].until == until


# --- another number -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda user: Session.objects.all().delete(),
        lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
        lambda user: User.objects.filter(pk=user.pk).update(password="!"),
        lambda user: User.objects.filter(pk=user.pk).delete(),
        lambda user: Session.objects.update(expire_date=timezone.now()),
    ],
)
def test_another_number_has_logins_read_anew(anna, log_in, change):
    key = log_in(anna)
    known = Snapshot.take([key])
    change(anna)
    now = known.at(Rights.current(), [key])
    assert now.number > known.number
    assert (known.user(key), now.user(key)) == (anna, None)


def test_another_number_has_rooms_read_anew(anna):
    room = RoomFactory(title="Tea")
    known = Snapshot.take([])
    assert list(known.sight(anna).rooms) == [room.pk]
    Room.objects.update(access="staff")
    now = Snapshot.take([], known)
    assert now.sight(anna).rooms == {}
    assert list(known.sight(anna).rooms) == [room.pk]
    assert now.rooms[room.pk].access == "staff"


def test_another_number_has_the_epoch_read_anew():
    known = Snapshot.take([])
    Epoch.renew()
    assert Snapshot.take([], known).epoch == Epoch.current() != known.epoch


def test_rooms_are_the_same_dicts_when_none_has_changed(anna, stella):
    """So that nobody compares what thousands of people may see after somebody's log-out."""
    RoomFactory()
    known = Snapshot.take([])
    for_anna = known.sight(anna)
    UserFactory()
    now = Snapshot.take([], known)
    assert now.number > known.number
    assert now.rooms is known.rooms
    assert now.sight(anna) is for_anna


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Milk"},
        {"locked": True},
        {"access": "staff"},
        {"deleting": True},
        {"posting": "moderators"},
        {"slow": 5},
    ],
)
def test_rooms_are_others_when_one_has_changed(anna, change):
    tea, _ = RoomFactory(title="Tea"), RoomFactory(title="Coffee")
    known = Snapshot.take([])
    for_anna = known.sight(anna)
    Room.objects.filter(pk=tea.pk).update(**change)
    now = Snapshot.take([], known)
    assert now.rooms is not known.rooms
    assert now.sight(anna) is not for_anna


def test_a_snapshot_takes_as_many_queries_however_much_there_is(log_in, django_assert_num_queries):
    keys = [log_in(UserFactory()) for _ in range(10)]
    RoomFactory.create_batch(20)
    with django_assert_num_queries(6):
        assert len(Snapshot.take(keys, Snapshot()).logins) == 10


# --- versions -----------------------------------------------------------------------------------


def test_versions_are_those_of_the_rooms_that_were_asked_for():
    tea, coffee, milk = RoomFactory.create_batch(3)
    MessageFactory.create_batch(2, room=tea)
    MessageFactory(room=coffee)
    assert Feed.objects.versions() == {tea.pk: 2, coffee.pk: 1}
    assert Feed.objects.versions([coffee.pk, milk.pk]) == {coffee.pk: 1}
    assert Feed.objects.versions([]) == {}
