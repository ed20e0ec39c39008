import re
from urllib.parse import unquote

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import Resolver404, resolve

from accounts.factories import UserFactory
from chat.factories import MessageFactory, RoomFactory

from .client import text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["/", "/rooms/tea/", "/rooms/none/"])
def test_without_a_log_in_every_page_is_the_log_in(client, page):
    RoomFactory(title="Tea")
    answer = client.get(page)
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={page}")


def test_the_dashboard_opens_no_room_by_itself(client, anna):
    client.force_login(anna)
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.context["opened"] is None


def test_a_rooms_page_is_the_dashboard_with_that_room_opened(client, anna):
    room = RoomFactory(title="Küche <b>")
    client.force_login(anna)
    answer = client.get(room.get_absolute_url())
    assert answer.context["opened"] == room
    assert f'data-opened="{room.pk}"' in text_of(answer)
    assert "<title>Küche &lt;b&gt;" in text_of(answer)


@pytest.mark.parametrize(
    ("person", "room_is", "seen"),
    [
        ({}, {"locked": True}, True),
        ({}, {"staff": True}, False),
        ({}, {"superusers": True}, False),
        ({}, {"deleting": True}, False),
        ({"staff": True}, {"staff": True}, True),
        ({"staff": True}, {"superusers": True}, False),
        ({"is_superuser": True}, {"superusers": True}, True),
        ({"superuser": True}, {"deleting": True}, False),
    ],
)
def test_a_room_that_one_may_not_see_is_none(client, person, room_is, seen):
    user = UserFactory(**person)
    client.force_login(user)
    room = RoomFactory(title="Secret", **room_is)
    answer = client.get(room.get_absolute_url())
    assert answer.status_code == (200 if seen else 404)
    if not seen:
        assert without_token(answer) == without_token(client.get("/rooms/none/"))


def without_token(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text_of(response))


@pytest.mark.parametrize("address", ["a%00b", "a%20b", "a%2Fb", "a.b", "%FF", "a/b"])
def test_what_can_be_no_address_is_no_room(client, anna, address):
    client.force_login(anna)
    assert client.get(f"/rooms/{address}/").status_code == 404


def test_the_dashboard_is_no_slower_in_a_house_with_many_rooms(
    client, anna, django_assert_max_num_queries
):
    rooms = RoomFactory.create_batch(20)
    MessageFactory.create_batch(5, room=rooms[0])
    client.force_login(anna)
    client.get("/")  # the first page of a session is the one that records it
    with django_assert_max_num_queries(5):
        client.get(rooms[0].get_absolute_url())


@pytest.mark.parametrize("slug", ["%00", "a%00b", "a b", "<script>", "a/b", "..", "%F0%9F%98%80"])
def test_what_is_no_address_of_a_room_is_not_found(client, anna, slug):
    with pytest.raises(Resolver404):
        resolve(unquote(f"/rooms/{slug}/"))
    client.force_login(anna)
    assert client.get(f"/rooms/{slug}/").status_code == 404


def test_the_admin_tells_nobody_the_address_of_an_object_by_its_number(client):
    """Django's own way from number to page asks for no permission."""
    room = RoomFactory(superusers=True)
    client.force_login(UserFactory(staff=True))
    kind = ContentType.objects.get_for_model(room)
    assert client.get(f"/admin/r/{kind.pk}/{room.pk}/").status_code == 404


def test_the_dashboard_says_what_the_rooms_are_for_that_one_may_see(client, anna):
    tea = RoomFactory(title="Tea", description="Hot </script><b>leaves")
    RoomFactory(superusers=True, description="a secret")
    RoomFactory(description="")
    client.force_login(anna)
    answer = client.get("/")
    assert answer.context["descriptions"] == {tea.pk: "Hot </script><b>leaves"}
    assert "a secret" not in text_of(answer)
    assert "</script><b>" not in text_of(answer)
