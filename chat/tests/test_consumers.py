"""One client at the whole application: the wire, without a server."""

import asyncio
import logging
from contextlib import suppress

import pytest
from django.db import OperationalError

from accounts.models import User
from chat.factories import MessageFactory, RoomFactory
from chat.models import Message

from .client import Client, error
from .threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


# --- connecting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cookie", [None, "", "0" * 32, "; =", "a" * 5000, "a\x00", "é"])
async def test_who_is_not_logged_in_is_let_in_and_closed_with_the_code_that_says_so(cookie):
    client = Client(cookie)
    assert await client.connect()
    assert await client.code() == 4401
    await client.go()


async def test_a_deactivated_person_is_not_logged_in(anna, log_in):
    client = Client(await in_thread(log_in, anna))
    await in_thread(User.objects.filter(pk=anna.pk).update, is_active=False)
    assert await client.connect()
    assert await client.code() == 4401
    await client.go()


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost:8001", "null"])
async def test_a_page_from_elsewhere_opens_no_socket(anna, log_in, origin):
    client = Client(await in_thread(log_in, anna), origin=origin)
    assert not await client.connect()


async def test_an_unknown_address_is_refused_without_a_traceback(caplog):
    wire = Client().wire
    wire.scope["path"] = "/chat/elsewhere/"
    accepted, _ = await wire.connect()
    assert not accepted
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_hello_says_who_one_is_and_where_one_may_go(stella, room, log_in):
    await in_thread(RoomFactory, title="Secret", superusers=True)
    await in_thread(RoomFactory, title="Staff", staff=True)
    client = Client(await in_thread(log_in, stella))
    hello = await client.hello()
    assert hello["user"] == {"id": stella.pk, "username": "stella", "is_staff": True}
    assert [summary["title"] for summary in hello["rooms"]] == ["Staff", "Tea"]
    await client.go()


async def test_without_a_database_the_socket_says_so_and_is_closed(anna, log_in, monkeypatch):
    def fail(*args):
        raise OperationalError

    monkeypatch.setattr("chat.hub.entering.look_up", fail)
    client = Client(await in_thread(log_in, anna))
    assert await client.connect()
    assert error(await client.next()) == ("UNAVAILABLE", None, None)
    assert await client.code() == 1000
    await client.go()


# --- the commands -------------------------------------------------------------------------------


async def test_a_ping_is_answered(anna, connect):
    client = await connect(anna)
    assert await client.ask("ping") == {"type": "pong"}
    await client.say("ping")
    assert await client.next() == {"type": "pong"}


async def test_a_message_is_acknowledged_and_then_delivered(anna, berta, room, connect):
    sender, reader = await connect(anna, room), await connect(berta, room)
    assert (await sender.next())["type"] == "enter"
    ack = await sender.ask("send", room=str(room.pk), message="hi")
    stored = await in_thread(Message.objects.get)
    assert ack == {"type": "ack", "room": room.pk, "id": stored.pk, "version": 1}
    message = await sender.next()
    assert (message["type"], message["id"], message["key"]) == ("message", stored.pk, "r")
    assert await reader.next() == message


async def test_without_a_ref_there_is_no_ack(anna, room, connect):
    client = await connect(anna, room)
    await client.say("send", room=room.pk, message="hi")
    message = await client.next()
    assert message["type"] == "message"
    await client.say("edit", room=room.pk, id=message["id"], message="ho")
    assert (await client.next())["type"] == "update"
    await client.say("delete", room=room.pk, id=message["id"])
    assert (await client.next())["type"] == "update"
    await client.say("ping")
    assert (await client.next())["type"] == "pong"


async def test_a_repeated_send_is_acknowledged_again_also_by_who_has_left(anna, room, connect):
    client = await connect(anna, room)
    ack = await client.ask("send", room=room.pk, message="hi")
    await client.next()
    assert await client.ask("send", room=room.pk, message="hi") == ack
    await client.ask("leave", room=room.pk)
    assert await client.ask("send", room=room.pk, message="hi") == ack
    frame = await client.ask("send", room=room.pk, message="ho")
    assert error(frame) == ("REF_CONFLICT", "send", room.pk)


async def test_what_was_edited_and_deleted_is_told(anna, room, connect):
    client = await connect(anna, room)
    said = {"room": room.pk, "id": (await client.ask("send", room=room.pk, message="hi"))["id"]}
    await client.next()
    for version, command, fields in [
        (2, "edit", {"message": "ho"}),
        (3, "delete", {}),
    ]:
        await client.say(command, ref="r", **said, **fields)
        frames = [await client.next(), await client.next()]
        [update] = [frame for frame in frames if frame["type"] == "update"]
        assert {"type": "ack", "ref": "r", **said, "version": version} in frames
        [message] = update["messages"]
        assert (message["version"], message["message"]) == (version, fields.get("message", ""))


async def test_options_of_a_send_are_stored(stella, room, connect):
    client = await connect(stella, room)
    first = await in_thread(MessageFactory, room=room)
    await client.ask("send", room=room.pk, message="hi", reply_to=first.pk, msg_type=2)
    stored = await in_thread(Message.objects.latest, "pk")
    assert (stored.reply_to_id, stored.msg_type) == (first.pk, 2)


async def test_history_is_read_page_by_page(anna, room, connect):
    client = await connect(anna, room)
    messages = await in_thread(MessageFactory.create_batch, 5, room=room)
    frame = await client.ask("history", room=room.pk, before=messages[3].pk, limit=2)
    assert (frame["type"], frame["room"], frame["more"]) == ("history", room.pk, True)
    assert [said["id"] for said in frame["messages"]] == [messages[1].pk, messages[2].pk]


@pytest.mark.parametrize("fields", [{}, {"before": 1, "from": 1}, {"limit": 5}])
async def test_history_goes_one_way(anna, room, connect, fields):
    client = await connect(anna, room)
    frame = await client.ask("history", room=room.pk, **fields)
    assert error(frame) == ("COMMAND_INVALID", "history", room.pk)


async def test_who_is_not_in_a_room_can_only_join_and_leave(anna, room, connect):
    client = await connect(anna)
    message = await in_thread(MessageFactory, room=room, user=anna)
    for command, fields in [
        ("send", {"message": "hi"}),
        ("history", {"from": message.pk}),
        ("edit", {"id": message.pk, "message": "ho"}),
        ("delete", {"id": message.pk}),
    ]:
        frame = await client.ask(command, room=room.pk, **fields)
        assert error(frame) == ("ROOM_ACCESS_DENIED", command, room.pk)
    assert await client.ask("leave", room=room.pk) == {"type": "leave", "leave": room.pk}


async def test_a_join_goes_on_after_what_was_seen(anna, room, connect):
    client = await connect(anna)
    await in_thread(MessageFactory.create_batch, 3, room=room)
    frame = await client.ask("join", room=room.pk, after=2)
    assert ([said["version"] for said in frame["messages"]], frame["reset"]) == ([3], False)
    frame = await client.ask("join", room=room.pk, after=2, epoch="another")
    assert (len(frame["messages"]), frame["reset"]) == (3, True)


async def test_the_hub_forgets_a_socket_whose_consumer_was_cancelled(anna, log_in, room, hub):
    """As daphne does when a consumer has not ended ten seconds after its connection."""
    client = Client(await in_thread(log_in, anna))
    await client.hello()
    await client.ask("join", room=room.pk)
    assert len(hub.sockets) == 1
    client.wire.future.cancel()
    with suppress(asyncio.CancelledError):
        await client.wire.future
    assert not hub.sockets
    assert not hub.rooms
