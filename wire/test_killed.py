"""kill -9 in mid-talk: what was acknowledged is there, and nothing is there twice."""

import asyncio
import contextlib

from websockets.exceptions import ConnectionClosed

from wire.cast import ON_SERVE
from wire.conftest import LIMITS

PEOPLE, TALKING = 4, 0.7  # persons, seconds
PRESENCE_SECONDS = float(LIMITS["CHAT_PRESENCE_SECONDS"])
LOST = (AssertionError, ConnectionClosed, ConnectionResetError)  # a client whose server is gone

pytestmark = ON_SERVE


async def talk(client, room, acks, waiting):
    """Send for as long as the server lives; acks: refs to acks, waiting: refs without one."""
    while True:
        ref = f"{client.hello['user']['id']}-{len(acks)}"
        waiting.add(ref)
        acks[ref] = await client.send(room.id, ref, ref=ref)
        waiting.discard(ref)


async def talk_until_killed(chat, clients, room):
    """Return (acks, waiting) of all that was said before the server was killed."""
    acks, waiting = [{} for _ in clients], set()
    tasks = [
        asyncio.create_task(talk(client, room, mine, waiting))
        for client, mine in zip(clients, acks, strict=True)
    ]
    await asyncio.sleep(TALKING)
    chat.site.kill()
    for task in tasks:
        with contextlib.suppress(*LOST):
            await task
    for client in clients:
        if client.fault:
            raise client.fault
    return {ref: ack for mine in acks for ref, ack in mine.items()}, waiting


async def test_every_acknowledged_message_survives_kill_9_once(chat):
    people, room = chat.people(*(f"p{number}" for number in range(PEOPLE))), chat.room()
    clients = [await chat.enter(person, room) for person in people]
    acks, waiting = await talk_until_killed(chat, clients, room)
    assert len(acks) > PEOPLE  # it was in mid-talk
    assert len(waiting) == PEOPLE
    await asyncio.to_thread(chat.site.start)

    clients = [
        await chat.connect(person, mirrors=client.mirrors)
        for person, client in zip(people, clients, strict=True)
    ]
    for client in clients:
        assert not (await client.rejoin(room.id))["reset"]
    for client in clients:
        mine = f"{client.hello['user']['id']}-"
        for ref in [ref for ref in waiting | acks.keys() if ref.startswith(mine)]:
            ack = await client.send(room.id, ref, ref=ref)
            if ref in acks:
                assert ack == acks[ref]

    rows = chat.outside.messages(room)
    assert sorted(row["message"] for row in rows) == sorted(acks.keys() | waiting)
    stored = {row["key"]: (row["id"], row["version"]) for row in rows}
    assert all(stored[ref] == (ack["id"], ack["version"]) for ref, ack in acks.items())
    await chat.agree(room, *clients)


async def test_who_does_not_come_back_after_a_crash_is_gone_in_time(chat):
    """A killed process takes nobody out: its people are gone within CHAT_PRESENCE_SECONDS."""
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, _ = await chat.enter(ada, room), await chat.enter(bob, room)
    assert (await one.join(room.id))["present"] == 2
    await asyncio.sleep(1)  # nobody waits for presence to be written
    chat.site.kill()
    await asyncio.to_thread(chat.site.start)
    one = await chat.connect(ada)
    assert (await one.join(room.id))["members"] == [ada.username, bob.username]
    await one.expect("exit", user=bob.id, within=PRESENCE_SECONDS + 1)
    assert (await one.join(room.id))["members"] == [ada.username]


async def test_a_site_that_is_asked_to_end_ends_and_keeps_everything(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    ack = await client.send(room.id, "before")
    await asyncio.to_thread(chat.site.terminate)
    await client.close_code()
    await asyncio.to_thread(chat.site.start)
    assert [row["id"] for row in chat.outside.messages(room)] == [ack["id"]]


async def test_a_new_epoch_makes_open_sockets_come_again_and_start_afresh(chat):
    """After a backup was restored: the versions that anybody has seen mean nothing any more."""
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    await client.send(room.id, "before")
    epoch = await asyncio.to_thread(chat.outside.new_epoch)
    assert await client.close_code() == 4408
    client = await chat.connect(ada, mirrors=client.mirrors)
    assert client.hello["epoch"] == epoch
    assert (await client.rejoin(room.id))["reset"]
