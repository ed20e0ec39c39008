"""Older pages: before a message, from one on, around one."""

import pytest

LINES = 30


@pytest.fixture
async def long(chat):
    """A room with LINES messages: (a client in it, the room, the ids)."""
    room = chat.room()
    ids = chat.outside.fill(room, chat.person("bob"), [f"line {line}" for line in range(LINES)])
    return await chat.enter(chat.person(), room), room, ids


def ids_of(frame):
    return [message["id"] for message in frame["messages"]]


async def test_before_brings_the_messages_before_one(chat, long):
    client, room, ids = long
    for index, limit, expected, more in [
        (20, 5, ids[15:20], True),
        (5, 4, ids[1:5], True),
        (5, 5, ids[:5], False),
        (5, 6, ids[:5], False),
        (0, 5, [], False),
        (29, 100, ids[:29], False),
        (29, 1, ids[28:29], True),
    ]:
        frame = await client.history(room.id, before=ids[index], limit=limit)
        assert (ids_of(frame), frame["more"]) == (expected, more), (index, limit)


async def test_from_brings_the_messages_from_one_on(chat, long):
    client, room, ids = long
    for index, limit, expected, more in [
        (20, 5, ids[20:25], True),
        (25, 4, ids[25:29], True),
        (25, 5, ids[25:], False),
        (0, 100, ids, False),
        (29, 5, ids[29:], False),
        (29, 1, ids[29:], False),
    ]:
        fields = {"from": ids[index], "limit": limit}
        frame = await client.history(room.id, **fields)
        assert (ids_of(frame), frame["more"]) == (expected, more), (index, limit)


async def test_around_has_the_message_in_the_middle(chat, long):
    client, room, ids = long
    for index, limit in [(15, 5), (15, 10), (15, 1), (2, 11), (28, 11), (15, 100), (0, 5), (29, 5)]:
        frame = await client.history(room.id, around=ids[index], limit=limit)
        got = ids_of(frame)
        assert len(got) <= limit
        assert got == ids[ids.index(got[0]) : ids.index(got[-1]) + 1]  # without a hole
        before, behind = got.index(ids[index]), len(got) - 1 - got.index(ids[index])
        assert abs(before - behind) <= 1 or got[0] == ids[0] or got[-1] == ids[-1], (index, limit)
        assert frame["more_before"] == (got[0] != ids[0]), (index, limit)
        assert frame["more_after"] == (got[-1] != ids[-1]), (index, limit)


async def test_around_in_a_long_room_brings_as_many_as_asked(chat, long):
    client, room, ids = long
    for limit in (1, 2, 5, 10):
        assert len(ids_of(await client.history(room.id, around=ids[15], limit=limit))) == limit


async def test_a_page_has_50_unless_asked_otherwise(chat):
    room = chat.room()
    ids = chat.outside.fill(room, chat.person("bob"), ["line"] * 120)
    client = await chat.enter(chat.person(), room)
    assert ids_of(await client.history(room.id, before=ids[110])) == ids[60:110]
    assert ids_of(await client.history(room.id, before=ids[110], limit=100)) == ids[10:110]
    assert ids_of(await client.history(room.id, **{"from": ids[10]})) == ids[10:60]
    assert len(ids_of(await client.history(room.id, around=ids[60]))) == 50


async def test_scrolling_back_shows_every_message_once(chat):
    room = chat.room()
    ids = chat.outside.fill(room, chat.person("bob"), ["é" * 3000] * 60)
    client = await chat.connect(chat.person())
    frame = await client.join(room.id)
    seen = ids_of(frame)
    while frame["more"]:
        frame = await client.history(room.id, before=seen[0], limit=100)
        assert frame["messages"]
        seen = ids_of(frame) + seen
    assert seen == ids


async def test_history_keeps_the_place_of_a_deleted_message(chat):
    client = await chat.enter(chat.person(), room := chat.room())
    ids = [(await client.send(room.id, text))["id"] for text in ("one", "two", "three")]
    await client.delete(room.id, ids[1])
    frame = await client.history(room.id, before=ids[2])
    assert [(message["id"], message["deleted"]) for message in frame["messages"]] == [
        (ids[0], False),
        (ids[1], True),
    ]


async def test_a_message_of_another_room_is_no_place_in_this_one(chat, long):
    client, room, _ = long
    other = chat.room("Coffee")
    await client.join(other.id)
    id = (await client.send(other.id, "elsewhere"))["id"]
    for way in ("before", "from", "around"):
        await client.history(other.id, **{way: id})
        for nowhere in (id, 0, -1, 2**40, 2**63, 2**70):
            refusal = await client.refused("history", room=room.id, **{way: nowhere})
            assert refusal == "MESSAGE_INVALID", (way, nowhere)


async def test_exactly_one_place_is_to_be_named(chat, long):
    client, room, ids = long
    for fields in (
        {},
        {"limit": 5},
        {"before": ids[3], "from": ids[3]},
        {"before": ids[3], "around": ids[3]},
        {"before": ids[3], "from": ids[3], "around": ids[3]},
    ):
        assert await client.refused("history", room=room.id, **fields) == "COMMAND_INVALID", fields


async def test_a_limit_is_1_to_100(chat, long):
    client, room, ids = long
    await client.history(room.id, before=ids[3], limit=1)
    for limit in (0, 101, -1, 2**70, 1.5, "5", True, [5]):
        refusal = await client.refused("history", room=room.id, before=ids[3], limit=limit)
        assert refusal == "COMMAND_INVALID", limit
