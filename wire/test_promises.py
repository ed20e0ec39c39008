"""What a room promises, while many talk at once: every client's copy is the database's."""

import asyncio
import random

LINES = 25


async def talk(client, room, dice):
    """Say LINES things, and change some of one's own that were said before."""
    mine = []
    for number in range(LINES):
        mine.append((await client.send(room.id, f"line {number}"))["id"])
        if dice.random() < 0.3:
            await client.edit(room.id, dice.choice(mine), f"edited {number}")
        if dice.random() < 0.1:
            gone = mine.pop(dice.randrange(len(mine)))
            await client.delete(room.id, gone)


async def come_and_go(chat, person, room, dice):
    """Join, leave, lose the socket and come back with `after`; return the client."""
    client = await chat.enter(person, room)
    for _ in range(6):
        await asyncio.sleep(dice.random() * 0.15)
        way = dice.choice(["again", "leave", "cut"])
        if way == "leave":
            await client.leave(room.id)
        elif way == "cut":
            client.cut()
            client = await chat.connect(person, mirrors=client.mirrors)
        await client.rejoin(room.id)
    return client


async def test_everybody_ends_with_what_the_database_holds(chat):
    dice = random.Random(7)  # noqa: S311 - the same story each time
    speakers, wanderers = chat.people("a", "b", "c"), chat.people("d", "e", "f", "g")
    room = chat.room()
    talking = [await chat.enter(person, room) for person in speakers]
    *_, w1, w2, w3, w4 = await asyncio.gather(
        *(talk(client, room, dice) for client in talking),
        *(come_and_go(chat, person, room, dice) for person in wanderers),
    )
    rows = chat.outside.messages(room)
    assert len(rows) == LINES * len(speakers)
    assert len({row["version"] for row in rows}) == len(rows)
    await chat.agree(room, *talking, w1, w2, w3, w4)


async def test_several_rooms_are_heard_over_one_socket(chat):
    ada, bob = chat.people("ada", "bob")
    rooms = chat.rooms("A", "B", "C")
    one, other = await chat.enter(ada, *rooms), await chat.enter(bob, *rooms)
    dice = random.Random(8)  # noqa: S311
    await asyncio.gather(*(talk(client, room, dice) for client in (one, other) for room in rooms))
    for room in rooms:
        await chat.agree(room, one, other)


async def say(client, room):
    for number in range(LINES * 2):
        await client.send(room.id, f"line {number}")


async def test_joining_in_the_midst_of_talk_neither_misses_nor_doubles(chat):
    """Nobody edits, so a reply at version V holds V messages; the mirror sees to what follows."""
    people, room = chat.people("ada", "bob", "eve", "fay", "gil", "zoe"), chat.room()
    *speakers, one, other = [await chat.enter(person, room) for person in people]
    joins = 0
    async with asyncio.TaskGroup() as group:
        talking = [group.create_task(say(client, room)) for client in speakers]
        while not all(task.done() for task in talking):
            for client in (one, other):
                await client.leave(room.id)
                fields = {"after": 0} if joins % 2 else {}
                frame = await client.join(room.id, **fields)
                first = max(1, frame["version"] - 49) if frame["reset"] else 1
                versions = [message["version"] for message in frame["messages"]]
                assert versions == list(range(first, frame["version"] + 1))
                joins += 1
    assert joins > 4
    await chat.agree(room, *speakers, one, other)


async def test_a_join_beside_a_room_s_first_messages_is_whole(chat):
    """The first change of a room is the one before which there is nothing to lock or to count."""
    ada, bob = chat.people("ada", "bob")
    rooms = chat.rooms(*["Tea"] * 15)
    speaker, other = await chat.connect(ada), await chat.connect(bob)
    for room in rooms:
        await speaker.join(room.id)
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(speaker.send(room.id, "hello"))
            frames = [await other.join(room.id) for _ in range(3)]
        for frame in frames:
            versions = [message["version"] for message in frame["messages"]]
            assert versions == list(range(1, frame["version"] + 1))
        await chat.agree(room, speaker, other)
        await speaker.leave(room.id)
        await other.leave(room.id)
