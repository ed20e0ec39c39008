import pytest
from django.contrib.auth.models import Permission

from accounts.factories import UserFactory
from chat import events
from chat.actions import rooms as room_actions
from chat.factories import MessageFactory, RoomFactory
from chat.models import Feed, Message, Room

from .client import text_of

pytestmark = pytest.mark.django_db

ROOMS = "/admin/chat/room/"


def titles(response):
    return [room.title for room in response.context["cl"].result_list]


def act(client, action, *rooms, **more):
    data = {"action": action, "_selected_action": [room.pk for room in rooms], **more}
    return client.post(ROOMS, data, follow=True)


def test_the_list_shows_how_much_was_said_and_links_to_the_room(admin):
    tea, _empty = RoomFactory(title="Tea", locked=True), RoomFactory(title="Coffee")
    MessageFactory.create_batch(3, room=tea)
    answer = admin.get(ROOMS)
    assert titles(answer) == ["Coffee", "Tea"]
    assert [room.message_count for room in answer.context["cl"].result_list] == [0, 3]
    assert '<a href="/rooms/tea/">' in text_of(answer)
    assert "locked" in text_of(answer)


def test_the_list_takes_as_many_queries_however_long_it_is(admin, django_assert_max_num_queries):
    for room in RoomFactory.create_batch(20):
        MessageFactory(room=room)
    with django_assert_max_num_queries(7):
        admin.get(ROOMS)


def test_the_list_can_be_ordered_by_how_much_was_said(admin):
    for number in (2, 0, 3):
        room = RoomFactory(title=f"Room of {number}")
        MessageFactory.create_batch(number, room=room)
    column = 1 + ["title", "access", "state", "message_count"].index("message_count")
    answer = admin.get(ROOMS, {"o": f"-{column}"})
    assert titles(answer) == ["Room of 3", "Room of 2", "Room of 0"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "tea"}, ["Tea"]),
        ({"q": "milk"}, ["Coffee"]),
        ({"q": "wine"}, []),
        ({"access__exact": "staff"}, ["Coffee"]),
        ({"locked__exact": "1"}, ["Tea"]),
    ],
)
def test_rooms_are_searched_and_filtered(admin, query, found):
    RoomFactory(title="Tea", locked=True)
    RoomFactory(title="Coffee", description="With milk", staff=True)
    assert titles(admin.get(ROOMS, query)) == found


@pytest.mark.parametrize(("action", "locked"), [("lock", True), ("unlock", False)])
def test_many_rooms_are_locked_and_unlocked_at_once_and_that_is_announced(
    admin, committed, action, locked
):
    rooms = [RoomFactory(locked=not locked) for _ in range(3)]
    answer, rung = committed(act, admin, action, *rooms[:2])
    assert "2 rooms are" in text_of(answer)
    assert [Room.objects.get(pk=room.pk).locked for room in rooms] == [locked, locked, not locked]
    assert rung == [(events.SITE_GROUP, {"kind": "rooms"})]


def test_a_new_room_is_announced_and_has_its_address(admin, committed):
    form = {"title": "Tea", "access": "staff", "description": ""}
    answer, rung = committed(admin.post, f"{ROOMS}add/", form)
    assert answer.url == ROOMS
    room = Room.objects.get()
    assert (room.slug, room.access, room.locked) == ("tea", "staff", False)
    assert len(rung) == 1


def test_a_changed_room_is_announced_and_keeps_its_address_and_its_version(admin, committed):
    room = RoomFactory(title="Tea")
    MessageFactory(room=room)
    form = {"title": "Coffee", "access": "open", "locked": "on", "slug": "coffee"}
    answer, rung = committed(admin.post, f"{ROOMS}{room.pk}/change/", form)
    assert answer.url == ROOMS
    room.refresh_from_db()
    assert (room.title, room.slug, room.locked) == ("Coffee", "tea", True)
    assert Feed.objects.get().version == 1
    assert len(rung) == 1


def test_a_form_that_is_wrong_changes_nothing(admin, committed):
    answer, rung = committed(admin.post, f"{ROOMS}add/", {"title": "Tea", "access": "friends"})
    assert answer.status_code == 200
    assert not Room.objects.exists()
    assert rung == []


def test_the_page_of_a_room_links_to_it(admin):
    room = RoomFactory(title="Tea")
    assert text_of(admin.get(f"{ROOMS}{room.pk}/change/")).count('href="/rooms/tea/"') == 2


# --- deleting -----------------------------------------------------------------------------------


def test_the_delete_page_counts_what_goes_along_instead_of_listing_it(
    admin, django_assert_max_num_queries
):
    room = RoomFactory(title="Tea")
    MessageFactory.create_batch(30, room=room, text="a secret")
    with django_assert_max_num_queries(11):
        page = text_of(admin.get(f"{ROOMS}{room.pk}/delete/"))
    assert "Messages: deleted as well" in page
    assert "<td>30</td>" in page
    assert "secret" not in page
    assert Room.objects.exists()


def test_the_delete_page_offers_to_lock_instead(admin):
    room = RoomFactory(title="Tea")
    page = text_of(admin.get(f"{ROOMS}{room.pk}/delete/"))
    assert "Or keep everything:" in page
    assert '<input type="hidden" name="action" value="lock">' in page
    assert "Lock: only staff change anything in it" in page


def test_a_room_is_deleted_in_batches_and_that_is_announced(admin, committed, monkeypatch):
    monkeypatch.setattr(room_actions, "DELETED_AT_ONCE", 2)
    deletes, delete = [], type(Message.objects.all()).delete

    def note(messages):
        deletes.append(len(messages))
        return delete(messages)

    monkeypatch.setattr(type(Message.objects.all()), "delete", note)
    room, kept = RoomFactory(title="Tea"), MessageFactory()
    MessageFactory.create_batch(5, room=room)
    answer, rung = committed(admin.post, f"{ROOMS}{room.pk}/delete/", {"post": "yes"}, follow=True)
    assert "was deleted successfully" in text_of(answer)
    assert list(Message.objects.all()) == [kept]
    assert list(Room.objects.all()) == [kept.room]
    assert deletes == [2, 2, 1]
    assert len(rung) == 1


def test_selected_rooms_are_asked_about_first_and_then_deleted(admin, committed):
    rooms = RoomFactory.create_batch(3)
    MessageFactory(room=rooms[0])
    page = text_of(act(admin, "delete_selected", *rooms[:2]))
    assert "Messages: deleted as well" in page
    assert Room.objects.count() == 3
    _, rung = committed(act, admin, "delete_selected", *rooms[:2], post="yes")
    assert list(Room.objects.all()) == rooms[2:]
    assert len(rung) == 2


def test_a_delete_that_was_broken_off_is_seen_and_can_be_asked_for_again(admin):
    room = RoomFactory(title="Tea", deleting=True)
    MessageFactory(room=room)
    assert "half deleted" in text_of(admin.get(ROOMS))
    admin.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"})
    assert not Room.objects.exists()


# --- who may not see everything -----------------------------------------------------------------


def test_staff_find_no_room_that_is_for_superusers(helper):
    RoomFactory(title="Tea")
    RoomFactory(title="Staff", staff=True)
    secret = RoomFactory(title="Secret", superusers=True)
    assert titles(helper.get(ROOMS)) == ["Staff", "Tea"]
    assert titles(helper.get(ROOMS, {"q": "secret"})) == []
    assert titles(helper.get(ROOMS, {"access__exact": "superusers"})) == []
    for page in ("change", "delete", "history"):
        answer = helper.get(f"{ROOMS}{secret.pk}/{page}/", follow=True)
        none = helper.get(f"{ROOMS}{secret.pk + 1000}/{page}/", follow=True)
        assert "Secret" not in text_of(answer)
        assert answer.redirect_chain == none.redirect_chain
        assert answer.status_code == none.status_code


def test_staff_change_no_room_that_is_for_superusers(helper):
    secret = RoomFactory(title="Secret", superusers=True)
    before = Room.objects.values().get()
    for action in ("lock", "delete_selected"):
        act(helper, action, secret, post="yes")
    form = {"title": "Tea", "access": "open"}
    helper.post(f"{ROOMS}{secret.pk}/change/", form)
    helper.post(f"{ROOMS}{secret.pk}/delete/", {"post": "yes"})
    assert Room.objects.values().get() == before


def test_staff_without_the_right_do_nothing(client, stella):
    client.force_login(stella)
    room = RoomFactory()
    for method, page in [
        ("get", ""),
        ("get", f"{room.pk}/change/"),
        ("post", f"{room.pk}/delete/"),
    ]:
        assert getattr(client, method)(ROOMS + page).status_code == 403


def test_who_may_only_look_cannot_lock(client):
    user = UserFactory(staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_room"))
    client.force_login(user)
    room = RoomFactory()
    act(client, "lock", room)
    room.refresh_from_db()
    assert not room.locked
