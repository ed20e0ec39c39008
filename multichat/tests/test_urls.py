import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.factories import UserFactory
from chat.factories import RoomFactory
from chat.models import Room

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("person", [{}, {"staff": True}, {"superuser": True}])
def test_the_admin_tells_nobody_the_address_of_a_room(client, person):
    """Django's own way there asks for no permission."""
    client.force_login(UserFactory(**person))
    kind = ContentType.objects.get_for_model(Room)
    room = RoomFactory(superusers=True)
    assert client.get(f"/admin/r/{kind.pk}/{room.pk}/").status_code == 404


def test_the_words_of_the_scripts_are_served(client):
    client.force_login(UserFactory())
    answer = client.get("/jsi18n/")
    assert answer.status_code == 200
    assert answer["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("method", ["get", "post"])
def test_one_changes_ones_password_on_the_page_that_has_a_limit(client, method):
    client.force_login(UserFactory(staff=True))
    answer = getattr(client, method)(reverse("admin:password_change"))
    assert (answer.status_code, answer.url) == (302, reverse("account_change_password"))
