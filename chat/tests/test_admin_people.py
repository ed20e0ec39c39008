"""The people in a room, on its page in the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.factories import UserFactory
from chat.factories import MemberFactory, RoomFactory
from chat.models import Member, Room
from multichat.models import Act

from .audit import logged
from .client import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(title="Tea", of_members=True)


def form_of(room, *rows, initial=0, **more):
    """Return what the page sends: rows are dicts; the first `initial` of them are there already."""
    data = {"title": room.title, "access": room.access, "posting": room.posting, "slow": "0"}
    data |= {"members-TOTAL_FORMS": len(rows), "members-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"members-{number}-{name}": value for name, value in row.items()}
    return {**data, **more}


def row_of(place, **changed):
    """Return the row of somebody who is there."""
    row = {"id": place.pk, "room": place.room_id, "role": place.role}
    row |= {name: "on" for name in ("banned", "silenced") if getattr(place, name)}
    return {name: value for name, value in {**row, **changed}.items() if value is not None}


def save(client, room, *rows, **more):
    address = f"/admin/chat/room/{room.pk}/change/"
    return client.post(address, form_of(room, *rows, **more), follow=True)


def acts():
    return [act for act, *_ in logged()]


def test_the_page_shows_who_is_in_the_room(admin, room):
    MemberFactory(room=room, user__username="anna", moderator=True)
    page = text_of(admin.get(f"/admin/chat/room/{room.pk}/change/"))
    assert "anna" in page
    assert 'name="members-0-role"' in page
    assert "admin-autocomplete" in page


def test_somebody_is_added_and_that_is_announced_and_logged(admin, room, anna, committed):
    row = {"user": anna.pk, "role": "moderator"}
    answer, told = committed(save, admin, room, row)
    assert answer.redirect_chain
    assert Member.objects.values_list("user", "role").get() == (anna.pk, "moderator")
    assert logged() == [
        (Act.MODERATOR_MADE, "ruth", "anna", room.pk, "Tea", "", "127.0.0.1"),
    ]
    assert len(told) == 2  # the form was saved, too


def test_what_a_row_says_is_done_act_by_act(admin, room, anna):
    place = MemberFactory(room=room, user=anna)
    save(admin, room, row_of(place, silenced="on", banned="on"), initial=1)
    assert acts() == [Act.SILENCED, Act.BANNED]
    place.refresh_from_db()
    row = row_of(place, silenced=None, banned=None, role="moderator")
    save(admin, room, row, initial=1)
    assert acts()[2:] == [Act.BAN_ENDED, Act.MODERATOR_MADE, Act.SILENCE_ENDED]
    place.refresh_from_db()
    assert (place.role, place.banned, place.silenced) == ("moderator", False, False)


def test_a_silence_for_a_time_is_read_from_its_two_fields(admin, room, anna):
    until = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    row = {
        "user": anna.pk,
        "role": "member",
        "silenced": "on",
        "silenced_until_0": f"{until:%Y-%m-%d}",
        "silenced_until_1": f"{until:%H:%M:%S}",
    }
    save(admin, room, row)
    assert Member.objects.get().silenced_until == until


def test_who_is_taken_out_of_the_list_is_nothing_there_any_more(admin, room, anna):
    place = MemberFactory(room=room, user=anna, moderator=True, silenced=True)
    save(admin, room, row_of(place, DELETE="on", role="nonsense"), initial=1)
    assert not Member.objects.exists()
    assert acts() == [Act.MEMBER_REMOVED, Act.SILENCE_ENDED]


def test_a_form_saved_as_it_was_does_nothing(admin, room):
    places = [MemberFactory(room=room), MemberFactory(room=room, banned=True)]
    before = list(Member.objects.values())
    answer = save(admin, room, *map(row_of, places), initial=2)
    assert "was changed successfully" in text_of(answer)
    assert list(Member.objects.values()) == before
    assert logged() == []


def test_a_form_that_says_nothing_of_people_changes_none(admin, room):
    """As a script may send it."""
    MemberFactory(room=room)
    before = list(Member.objects.values())
    data = {"title": "Coffee", "access": "members"}
    answer = admin.post(f"/admin/chat/room/{room.pk}/change/", data, follow=True)
    assert "was changed successfully" in text_of(answer)
    assert Room.objects.get().title == "Coffee"
    assert list(Member.objects.values()) == before


def test_a_row_stays_with_its_person(admin, room, anna, berta):
    place = MemberFactory(room=room, user=anna)
    save(admin, room, row_of(place, user=berta.pk, role="moderator"), initial=1)
    assert Member.objects.values_list("user", "role").get() == (anna.pk, "moderator")


def test_what_was_refused_is_said_and_the_rest_is_done(helper, room, ruth, anna):
    helper_rows = [
        {"user": ruth.pk, "role": "member", "silenced": "on"},
        {"user": anna.pk, "role": "member", "silenced": "on"},
    ]
    answer = save(helper, room, *helper_rows)
    assert "Ruth: You cannot do this to ruth." in text_of(answer)
    assert Member.objects.values_list("user", "silenced").get() == (anna.pk, True)


def test_nobody_puts_themselves_out_by_the_form(admin, room, ruth):
    answer = save(admin, room, {"user": ruth.pk, "role": "member", "banned": "on"})
    assert "You cannot do this to ruth." in text_of(answer)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"user": "4000000", "role": "member"},
        {"user": "x", "role": "member"},
        {"user": "9" * 30, "role": "member"},
        {"user": "", "role": "moderator"},
        {"role": "emperor"},
        {"role": "moderator", "silenced_until_0": "soon", "silenced_until_1": "x"},
        {"role": "moderator", "DELETE": "on"},
        {"user": "", "role": "moderator", "DELETE": "on"},
    ],
)
def test_a_row_that_makes_no_sense_does_nothing(admin, room, row):
    assert save(admin, room, row).status_code == 200
    assert not Member.objects.exists()
    assert logged() == []


def test_the_same_person_twice_is_said_to_be_wrong(admin, room, anna):
    MemberFactory(room=room, user=anna)
    row = {"user": anna.pk, "role": "moderator"}
    assert "already exists" in text_of(save(admin, room, row))
    assert Member.objects.get().role == "member"
    Member.objects.all().delete()
    assert "duplicate data" in text_of(save(admin, room, row, row))
    assert not Member.objects.exists()


def test_a_new_room_begins_with_its_people(admin, anna):
    new = RoomFactory.build(title="Milk", access="members")
    data = form_of(new, {"user": anna.pk, "role": "moderator"})
    admin.post("/admin/chat/room/add/", data)
    assert Member.objects.values_list("user", "room__title").get() == (anna.pk, "Milk")
    assert acts() == [Act.ROOM_MADE, Act.MODERATOR_MADE]


# --- by permission ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "permissions", [["view_room"], ["change_room"], ["change_room", "view_member"]]
)
def test_who_may_not_change_people_changes_none(client, room, anna, permissions):
    user = UserFactory(staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    place = MemberFactory(room=room)
    assert client.get(f"/admin/chat/room/{room.pk}/change/").status_code == 200
    rows = row_of(place, role="moderator"), {"user": anna.pk, "role": "member"}
    save(client, room, *rows, initial=1)
    assert Member.objects.values_list("user", "role").get() == (place.user_id, "member")


def test_people_are_looked_up_by_who_may_see_people(client, room, anna):
    user = UserFactory(staff=True)
    client.force_login(user)
    query = {"term": "ann", "app_label": "chat", "model_name": "member", "field_name": "user"}
    assert client.get("/admin/autocomplete/", query).status_code == 403


# --- the room's own fields ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"slow": ""}, "This field is required."),
        ({"slow": "-1"}, "greater than or equal to 0"),
        ({"slow": "3601"}, "less than or equal to 3600"),
        ({"slow": "x"}, "Enter a whole number."),
        ({"posting": ""}, "This field is required."),
        ({"posting": "nobody"}, "Select a valid choice."),
    ],
)
def test_a_pace_or_a_posting_that_makes_no_sense_is_said_to_be_wrong(admin, room, said, why):
    answer = save(admin, room, **said)
    assert why in text_of(answer)
    room.refresh_from_db()
    assert (room.posting, room.slow) == ("everyone", 0)


def test_what_is_new_of_a_room_is_in_the_log(admin, room):
    save(admin, room, posting="moderators", slow="5")
    room.refresh_from_db()
    assert (room.posting, room.slow) == ("moderators", 5)
    [entry] = logged()
    assert entry[0] == Act.ROOM_CHANGED
    assert entry[5] == "posting: moderators\nslow: 5"


def test_an_old_form_undoes_nothing_that_was_done_since(admin, room, anna):
    """It was opened before somebody banned her, and makes her a moderator."""
    place = MemberFactory(room=room, user=anna)
    shown = {"initial-members-0-role": "member", "initial-members-0-banned": "False"}
    shown |= {"initial-members-0-silenced": "False", "initial-members-0-silenced_until_0": ""}
    Member.objects.update(silenced=True)
    save(admin, room, row_of(place, role="moderator"), initial=1, **shown)
    now = Member.objects.get()
    assert (now.role, now.silenced) == ("moderator", True)


def test_the_page_tells_what_it_showed(admin, room, anna):
    MemberFactory(room=room, user=anna, banned=True)
    page = text_of(admin.get(f"/admin/chat/room/{room.pk}/change/"))
    assert 'name="initial-members-0-banned" value="True"' in page
