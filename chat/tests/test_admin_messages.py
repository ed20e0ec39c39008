import pytest
from django.contrib.admin.models import LogEntry

from chat import events
from chat.exceptions import ClientError
from chat.factories import MessageFactory, RoomFactory
from chat.models import Feed, Message

from .client import text_of

pytestmark = pytest.mark.django_db

MESSAGES = "/admin/chat/message/"


def texts(response):
    return [message.text for message in response.context["cl"].result_list]


def test_the_newest_message_is_first_and_a_deleted_one_is_said_to_be(admin):
    room = RoomFactory()
    MessageFactory(room=room, text="first")
    MessageFactory(room=room, text="second " + "long " * 100)
    MessageFactory(room=room, deleted=True)
    answer = admin.get(MESSAGES)
    assert [text[:6] for text in texts(answer)] == ["", "second", "first"]
    assert "(deleted)" in text_of(answer)
    assert "long " * 20 not in text_of(answer)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "milk"}, ["with milk"]),
        ({"q": "MILK"}, ["with milk"]),
        ({"q": "anna"}, ["hot", "black"]),
        ({"q": "Coffee"}, ["with milk", "black"]),
        ({"q": "anna coffee"}, ["black"]),
        ({"q": "wine"}, []),
    ],
)
def test_messages_are_found_by_text_author_and_room(admin, anna, berta, query, found):
    tea, coffee = RoomFactory(title="Tea"), RoomFactory(title="Coffee")
    MessageFactory(room=coffee, user=anna, text="black")
    MessageFactory(room=coffee, user=berta, text="with milk")
    MessageFactory(room=tea, user=anna, text="hot")
    assert texts(admin.get(MESSAGES, query)) == found


def test_messages_are_filtered_by_room(admin):
    message, _other = MessageFactory(text="hot"), MessageFactory()
    assert texts(admin.get(MESSAGES, {"room__id__exact": message.room_id})) == ["hot"]


def test_a_persons_name_is_found_by_its_small_letters_in_every_alphabet(admin):
    MessageFactory(user__username="Ömer", text="hot")
    assert texts(admin.get(MESSAGES, {"q": "ömer"})) == ["hot"]


def test_the_list_takes_as_many_queries_however_long_it_is(admin, django_assert_max_num_queries):
    MessageFactory.create_batch(20)
    with django_assert_max_num_queries(7):
        admin.get(MESSAGES)


def test_what_is_said_in_a_message_is_shown_as_text(admin):
    message = MessageFactory(text="<script>alert(1)</script>")
    for page in (MESSAGES, f"{MESSAGES}{message.pk}/change/"):
        shown = text_of(admin.get(page))
        assert "&lt;script&gt;alert" in shown
        assert "<script>alert" not in shown


def test_messages_are_not_written_here(admin):
    message = MessageFactory(text="hot")
    before = Message.objects.values().get()
    assert admin.get(f"{MESSAGES}add/").status_code == 403
    page = text_of(admin.get(f"{MESSAGES}{message.pk}/change/"))
    assert '<textarea name="text"' not in page
    answer = admin.post(f"{MESSAGES}{message.pk}/change/", {"text": "cold"})
    assert answer.status_code == 403
    assert Message.objects.values().get() == before


def test_a_deleted_message_leaves_a_tombstone_which_is_announced(admin, committed):
    message = MessageFactory(text="hot")
    page = text_of(admin.get(f"{MESSAGES}{message.pk}/delete/"))
    assert "a line that says so stays in its place" in page
    path = f"{MESSAGES}{message.pk}/delete/"
    _, [(group, event)] = committed(admin.post, path, {"post": "yes"})
    message.refresh_from_db()
    assert (message.text, message.html, message.deleted) == ("", "", True)
    assert (message.version, message.first_version) == (2, 1)
    assert Feed.objects.get().version == 2
    assert (group, event["kind"]) == (events.room_group(message.room_id), "changes")
    assert [(change.id, change.version) for change in event["changes"]] == [(message.pk, 2)]


def test_selected_messages_leave_tombstones(admin, committed):
    room = RoomFactory(locked=True)
    messages = MessageFactory.create_batch(3, room=room, text="hot")
    chosen = {
        "action": "delete_selected",
        "_selected_action": [message.pk for message in messages[:2]],
    }
    answer = admin.post(MESSAGES, chosen)
    assert answer.status_code == 200
    assert not Message.objects.filter(deleted=True).exists()
    _, rung = committed(admin.post, MESSAGES, {**chosen, "post": "yes"})
    found = Message.objects.order_by("version").values_list("deleted", "text", "version")
    assert list(found) == [(False, "hot", 3), (True, "", 4), (True, "", 5)]
    assert len(rung) == 2


def test_deleting_a_tombstone_changes_nothing(admin, committed):
    message = MessageFactory(deleted=True)
    before = Message.objects.values().get()
    path = f"{MESSAGES}{message.pk}/delete/"
    _, rung = committed(admin.post, path, {"post": "yes"})
    assert Message.objects.values().get() == before
    assert rung == []


def test_a_message_of_a_room_that_is_being_deleted_is_not_there(admin):
    message = MessageFactory(room=RoomFactory(deleting=True), text="hot")
    assert texts(admin.get(MESSAGES)) == []
    admin.post(f"{MESSAGES}{message.pk}/delete/", {"post": "yes"}, follow=True)
    assert Message.objects.get().text == "hot"


def test_a_delete_that_is_refused_says_why_and_is_not_called_done(admin, monkeypatch):
    message = MessageFactory(text="hot")

    def refuse(*args):
        raise ClientError("ROOM_INVALID")

    monkeypatch.setattr("chat.actions.delete", refuse)
    answer = admin.post(f"{MESSAGES}{message.pk}/delete/", {"post": "yes"}, follow=True)
    assert "There is no such room." in text_of(answer)
    assert "deleted successfully" not in text_of(answer)
    assert not LogEntry.objects.exists()


def test_staff_find_no_message_of_a_room_that_is_for_superusers(helper):
    shown = MessageFactory(room=RoomFactory(title="Tea", staff=True), text="hot")
    secret = MessageFactory(room=RoomFactory(title="Secret", superusers=True), text="a secret")
    answer = helper.get(MESSAGES)
    assert texts(answer) == ["hot"]
    assert "Secret" not in text_of(answer)  # nor among the filters
    for query in (
        {"q": "secret"},
        {"room__id__exact": secret.room_id},
        {"q": secret.user.username},
    ):
        assert "a secret" not in texts(helper.get(MESSAGES, query, follow=True))
    for page in ("change", "delete", "history"):
        answer = helper.get(f"{MESSAGES}{secret.pk}/{page}/", follow=True)
        none = helper.get(f"{MESSAGES}{secret.pk + 1000}/{page}/", follow=True)
        assert answer.redirect_chain == none.redirect_chain
        assert answer.status_code == none.status_code
        assert "a secret" not in text_of(answer)
    assert shown.text in text_of(helper.get(f"{MESSAGES}{shown.pk}/change/"))


def test_staff_delete_no_message_of_a_room_that_is_for_superusers(helper):
    secret = MessageFactory(room=RoomFactory(superusers=True), text="a secret")
    helper.post(f"{MESSAGES}{secret.pk}/delete/", {"post": "yes"})
    helper.post(
        MESSAGES, {"action": "delete_selected", "_selected_action": [secret.pk], "post": "yes"}
    )
    assert Message.objects.get().text == "a secret"


def test_superusers_find_every_message(admin):
    MessageFactory(room=RoomFactory(title="Secret", superusers=True), text="a secret")
    MessageFactory(text="hot")
    answer = admin.get(MESSAGES)
    assert texts(answer) == ["hot", "a secret"]
    assert ">Secret<" in text_of(answer)
