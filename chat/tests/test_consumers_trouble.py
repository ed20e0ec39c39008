"""What a socket answers to what is wrong, and what it lives through."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError

from chat import actions, entrance
from chat.factories import RoomFactory
from chat.models import Message, Room

from .client import error
from .threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(transactional_db):
    return RoomFactory(title="Tea")


@pytest.mark.parametrize("text", ["", "hello", "[]", '{"a": NaN}', '{"a": 1, "a": 2}'])
async def test_a_frame_that_cannot_be_read_is_answered_and_the_socket_lives(anna, connect, text):
    client = await connect(anna)
    await client.wire.send_input({"type": "websocket.receive", "text": text})
    assert error(await client.next()) == ("FRAME_INVALID", None, None)
    assert (await client.ask("ping"))["type"] == "pong"


async def test_a_binary_frame_is_no_text(anna, connect):
    client = await connect(anna)
    await client.wire.send_to(bytes_data=b'{"command": "ping"}')
    assert error(await client.next()) == ("FRAME_INVALID", None, None)


async def test_a_frame_may_have_so_many_bytes(anna, connect, settings):
    settings.CHAT_FRAME_MAX_BYTES = 100
    client = await connect(anna)
    text = '{"command": "ping", "x": "%s"}'
    for ending, kind in [("", "pong"), (" ", "error")]:
        frame = text % ("ü" * 36 + ending)
        assert len(frame) < len(frame.encode()) == 100 + len(ending)
        await client.wire.send_to(text_data=frame)
        assert (await client.next())["type"] == kind


async def test_a_refusal_says_what_it_is_about(anna, room, connect):
    client = await connect(anna)
    frame = await client.ask("send", room=room.pk)
    assert error(frame) == ("COMMAND_INVALID", "send", room.pk)
    frame = await client.ask("fly", room=room.pk)
    assert error(frame) == ("COMMAND_INVALID", None, None)


@pytest.mark.parametrize(
    ("trouble", "logged"),
    [(ValueError("a secret"), "ERROR"), (OperationalError("a secret"), "WARNING")],
)
async def test_trouble_inside_an_action_is_unavailable_and_the_socket_lives(
    anna, room, connect, monkeypatch, caplog, trouble, logged
):
    def fail(*args, **kwargs):
        raise trouble

    client = await connect(anna, room)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "send_all", fail)
        frame = await client.ask("send", room=room.pk, message="hi")
    assert error(frame) == ("UNAVAILABLE", "send", room.pk)
    assert "secret" not in json.dumps(frame)
    assert [record.levelname for record in caplog.records] == [logged]
    assert (await client.ask("send", room=room.pk, message="hi"))["type"] == "ack"


async def test_trouble_while_joining_leaves_one_out(anna, room, connect, monkeypatch, caplog):
    client = await connect(anna)
    with monkeypatch.context() as patch:
        patch.setattr(entrance, "entries", None)
        frame = await client.ask("join", room=room.pk)
    assert error(frame) == ("UNAVAILABLE", "join", room.pk)
    frame = await client.ask("send", room=room.pk, message="hi")
    assert error(frame) == ("ROOM_ACCESS_DENIED", "send", room.pk)
    assert (await client.ask("join", room=room.pk))["type"] == "join"


async def test_who_logged_out_does_nothing_more(anna, room, connect, settings):
    settings.CHAT_SWEEP_SECONDS = 60
    client = await connect(anna, room)
    await in_thread(Session.objects.all().delete)
    await client.say("send", room=room.pk, message="hi", ref="r")
    assert await client.code() == 4401
    assert await in_thread(Message.objects.count) == 0


async def test_an_admins_lock_is_felt_at_once(anna, by, room, connect):
    client = await connect(anna, room)
    await in_thread(actions.lock, by, Room.objects.all())
    frame = await client.next()
    assert (frame["type"], frame["locked"]) == ("room", True)
    frame = await client.ask("send", room=room.pk, message="hi")
    assert error(frame) == ("ROOM_LOCKED", "send", room.pk)


async def test_commands_are_answered_one_after_the_other(anna, room, connect):
    client = await connect(anna, room)
    for number in range(20):
        await client.say("send", room=room.pk, message=f"line {number}", ref=f"{number}")
    frames = [await client.next() for _ in range(40)]
    acks = [frame["ref"] for frame in frames if frame["type"] == "ack"]
    said = [frame["message"] for frame in frames if frame["type"] == "message"]
    assert acks == [str(number) for number in range(20)]
    assert said == [f"line {number}" for number in range(20)]


async def test_a_person_is_gone_when_their_last_socket_is(anna, berta, room, connect, monkeypatch):
    monkeypatch.setattr("chat.hub.presence.LINGER_SECONDS", 0.01)
    stays, goes = await connect(anna, room), await connect(berta, room)
    assert (await stays.next())["type"] == "enter"
    await goes.go()
    assert (await stays.next())["type"] == "exit"
