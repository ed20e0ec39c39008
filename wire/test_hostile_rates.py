"""Too much of what would be right: each site here has the rates that a site has."""

import asyncio
import json
import time
import uuid

import pytest

from wire.bystander import Bystander
from wire.raw import frame, websocket

FLOODING = 4429
RATES = {"CHAT_COMMANDS_PER_SECOND": "50", "CHAT_COMMAND_BURST": "100"}
# All that differs from a site's own: the people of many tests come from one address.
SENDS = {"CHAT_SENDS_PER_SECOND": "10", "CHAT_SEND_BURST": "20"}


@pytest.fixture(scope="session", params=["serve-sqlite", "serve-postgres"])
def site(request, start_site):
    return start_site(*request.param.split("-"), **RATES, **SENDS, HANDSHAKES_PER_MINUTE="0")


@pytest.fixture
def bystanders(site):
    with Bystander(site) as bystanders:  # new ones for each test: they have a rate as well
        yield bystanders


pytestmark = pytest.mark.usefixtures("undisturbed")


async def answers_to(client, refs):
    """Return the frames that answer, by ref."""
    return {ref: await client.expect(None, ref=ref) for ref in refs}


def sorted_out(answers):
    """Return the answers that are acks, and those that are RATE_LIMITED."""
    acks = [frame for frame in answers.values() if frame["type"] == "ack"]
    refused = [frame for frame in answers.values() if frame.get("error") == "RATE_LIMITED"]
    assert len(acks) + len(refused) == len(answers)
    return acks, refused


async def test_a_person_sends_as_much_as_is_allowed_and_the_rest_later(chat):
    room = chat.room()
    ada = chat.person()
    clients = [await chat.enter(ada, room) for _ in range(2)]
    refs, start = [f"r{number}" for number in range(40)], time.monotonic()
    for ref in refs:
        await clients[0].tell("send", room=room.id, message=ref, ref=ref)
    acks, refused = sorted_out(await answers_to(clients[0], refs))
    assert 20 <= len(acks) <= 21 + 10 * (time.monotonic() - start)
    for error in refused:
        assert error == {**error, "command": "send", "room": room.id}
        assert 0 < error["retry_after"] <= 2.1
    others = [f"other{number}" for number in range(15)]  # of the same person: some, not all, pass
    for ref in others:
        await clients[1].tell("send", room=room.id, message=ref, ref=ref)
    _, too_many = sorted_out(await answers_to(clients[1], others))
    assert too_many
    left = [error["ref"] for error in refused]
    while left:
        error = await clients[0].command("send", room=room.id, message=left[0], ref=left[0])
        if error["type"] == "ack":
            del left[0]
        else:
            await asyncio.sleep(error["retry_after"])
    await chat.agree(room, *clients)
    texts = [row["message"] for row in chat.outside.messages(room)]
    assert sorted(texts) == sorted({*refs, *others} - {error["ref"] for error in too_many})
    assert texts[: len(acks)] == refs[: len(acks)]


async def test_a_repeated_send_is_acked_over_every_rate(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    ack = await client.send(room.id, "once", ref="once")
    for number in range(60):
        await client.tell("send", room=room.id, message="again", ref=f"r{number}")
    assert (await client.command("send", room=room.id, message="once", ref="once")) == ack
    assert [row["message"] for row in chat.outside.messages(room)].count("once") == 1


FLOODS = {
    "pings": lambda room: {"command": "ping"},
    "sends": lambda room: {"command": "send", "room": room, "message": "x"},
    "sends with a ref": lambda room: {
        "command": "send",
        "room": room,
        "message": "x",
        "ref": uuid.uuid4().hex,
    },
    "joins": lambda room: {"command": "join", "room": room},
    "comings and goings": lambda room: {"command": "leave", "room": room},
    "readings": lambda room: {"command": "history", "room": room, "around": 1},
    "edits": lambda room: {"command": "edit", "room": room, "id": 1, "message": "x"},
    "rooms that are not there": lambda room: {"command": "join", "room": 10**9},
    "commands that are not there": lambda room: {"command": "x" * 1000},
    "broken frames": lambda room: None,
}


@pytest.mark.parametrize("make", FLOODS.values(), ids=FLOODS)
async def test_who_goes_on_when_told_to_wait_is_closed_with_4429(chat, bystanders, make):
    room = chat.room()

    def text():
        command = make(room.id)
        return json.dumps(command).encode() if command else b"{"

    async with websocket(chat.site, chat.person().cookie) as raw:
        raw.send(frame(json.dumps({"command": "join", "room": room.id}).encode()))
        raw.send(b"".join(frame(text()) for _ in range(5_000)))
        await asyncio.to_thread(bystanders.undisturbed)
        assert await raw.close_code() == FLOODING


async def test_who_asks_as_often_as_is_allowed_is_never_closed(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    for _ in range(3):
        refs = [uuid.uuid4().hex for _ in range(90)]
        for ref in refs:
            await client.tell("history", room=room.id, around=1, ref=ref)
        for answer in (await answers_to(client, refs)).values():
            assert answer["error"] == "MESSAGE_INVALID"
        await asyncio.sleep(2.1)


async def test_comings_and_goings_are_not_told_without_end(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    witness, client = await chat.enter(bob, room), await chat.connect(ada)
    for _ in range(45):
        await client.join(room.id)
        await client.leave(room.id)
    await witness.quiet(0.2, "error")
    assert len(witness.waiting("enter")) <= 15
    assert len(witness.waiting("exit")) <= 15
