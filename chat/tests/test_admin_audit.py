import pytest
from django.contrib.auth.models import Permission

from accounts.factories import UserFactory
from chat import actions
from chat.factories import MessageFactory, RoomFactory
from multichat.audit import By, record
from multichat.models import Act, AuditEntry

from .client import text_of

pytestmark = pytest.mark.django_db

LOG = "/admin/multichat/auditentry/"


@pytest.fixture
def reader(client):
    """The browser of one of the staff who may do everything there is a permission for."""
    user = UserFactory(username="rita", staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    return client


@pytest.fixture
def entry(anna, ruth):
    room = RoomFactory(title="Tea")
    return record(Act.SILENCED, By(ruth, "192.0.2.7"), anna, room, detail="for good")


def shown(answer):
    return [entry.pk for entry in answer.context["cl"].result_list]


def test_the_list_says_who_did_what_to_whom_where_when_and_from_which_address(admin, entry):
    page = text_of(admin.get(LOG))
    for word in ("ruth", "silenced", "anna", "Tea", "for good", "192.0.2.7"):
        assert word in page


def test_what_a_deleted_message_said_is_on_the_entrys_page(admin, by):
    message = MessageFactory(text="buy my <b>spam</b>")
    actions.delete(by.user.pk, message.room_id, message.pk, by.address)
    page = text_of(admin.get(f"{LOG}{AuditEntry.objects.get().pk}/change/"))
    assert "buy my &lt;b&gt;spam&lt;/b&gt;" in page
    assert "192.0.2.7" in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"act__exact": Act.SILENCED}, 1),
        ({"act__exact": Act.BANNED}, 0),
        ({"q": "anna"}, 1),
        ({"q": "Tea"}, 1),
        ({"q": "192.0.2.7"}, 1),
        ({"q": "berta"}, 0),
        ({"at__year": "2001"}, 0),
    ],
)
def test_it_is_filtered_and_searched(admin, entry, query, number):
    assert len(shown(admin.get(LOG, query))) == number


def test_the_list_takes_as_many_queries_however_long_it_is(
    admin, by, anna, django_assert_max_num_queries
):
    for _ in range(20):
        record(Act.SILENCED, by, anna, RoomFactory())
    with django_assert_max_num_queries(8):
        admin.get(LOG)


@pytest.mark.parametrize("who", ["admin", "reader"])
def test_nobody_writes_changes_or_deletes_an_entry(request, who, entry):
    client = request.getfixturevalue(who)
    before = list(AuditEntry.objects.values())
    page = f"{LOG}{entry.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.get(f"{LOG}add/").status_code == 403
    assert client.post(f"{LOG}add/", {"act": "silenced"}).status_code == 403
    assert client.post(f"{page}change/", {"detail": "other"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    for action in ("delete_selected", "anything"):
        client.post(LOG, {"action": action, "_selected_action": [entry.pk], "post": "yes"})
    assert list(AuditEntry.objects.values()) == before


def test_staff_read_of_no_room_that_they_may_not_know_of(reader, anna, ruth, entry):
    by = By(ruth)
    secret = RoomFactory(title="Attic", superusers=True)
    hidden = record(Act.SILENCED, by, anna, secret)
    of_members = record(Act.SILENCED, by, anna, RoomFactory(of_members=True))
    of_site = record(Act.SITE_BANNED, by, anna)
    assert set(shown(reader.get(LOG))) == {entry.pk, of_members.pk, of_site.pk}
    assert "Attic" not in text_of(reader.get(LOG))
    assert reader.get(f"{LOG}{hidden.pk}/change/").status_code == 302
    reader.force_login(ruth)
    assert hidden.pk in shown(reader.get(LOG))


@pytest.mark.parametrize("user", [{}, {"staff": True}])
def test_a_stranger_reads_nothing(client, entry, user):
    client.force_login(UserFactory(**user))
    for address in (LOG, f"{LOG}{entry.pk}/change/"):
        assert client.get(address).status_code in (302, 403)


def test_what_is_deleted_in_the_admin_stays_in_the_log(admin, entry, anna):
    admin.post(f"/admin/chat/room/{entry.room}/delete/", {"post": "yes"})
    anna.delete()
    acts = list(AuditEntry.objects.values_list("act", "room_title").order_by("pk"))
    assert acts == [(Act.SILENCED, "Tea"), (Act.ROOM_DELETED, "Tea")]
    assert "anna" in text_of(admin.get(LOG))
