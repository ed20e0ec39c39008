"""What a join brings: the latest page, or all that changed after a version."""

import json

from wire.mirror import Mirror

PAGE, MOST, BYTES = 50, 500, 256 * 1024


def weight(messages):
    """Return the bytes of messages as compact JSON in UTF-8."""
    compact = json.dumps(messages, ensure_ascii=False, separators=(",", ":"))
    return len(compact.encode())


async def joined(chat, room, **fields):
    return await (await chat.connect(chat.person())).join(room.id, **fields)


def texts(frame):
    return [message["message"] for message in frame["messages"]]


async def test_a_join_brings_the_latest_50_and_says_that_there_are_more(chat):
    for number, more in ((PAGE, False), (PAGE + 1, True)):
        room = chat.room()
        chat.outside.fill(room, chat.person(), [f"line {line}" for line in range(number)])
        frame = await joined(chat, room)
        assert texts(frame) == [f"line {line}" for line in range(number - PAGE, number)]
        assert (frame["more"], frame["reset"], frame["version"]) == (more, True, number)


async def test_a_page_ends_at_256_kib(chat):
    """The next message did not fit any more; the bytes of the brackets are not argued about."""
    room = chat.room()
    chat.outside.fill(room, chat.person(), ["é" * 4000] * PAGE)
    client = await chat.connect(chat.person())
    frame = await client.join(room.id)
    page = frame["messages"]
    assert frame["more"]
    assert weight(page) <= BYTES < weight([*page, page[-1]]) + 300
    earlier = await client.history(room.id, before=page[0]["id"])
    assert weight(earlier["messages"]) <= BYTES
    assert len(earlier["messages"]) + len(page) == PAGE or earlier["more"]


async def test_after_brings_what_changed_since_in_version_order(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    ids = [(await client.send(room.id, text))["id"] for text in ("one", "two", "three")]
    await client.edit(room.id, ids[0], "uno")
    await client.delete(room.id, ids[1])
    for after, expected in {
        0: [(ids[2], 3), (ids[0], 4), (ids[1], 5)],
        3: [(ids[0], 4), (ids[1], 5)],
        4: [(ids[1], 5)],
        5: [],
    }.items():
        frame = await joined(chat, room, after=after)
        assert [(message["id"], message["version"]) for message in frame["messages"]] == expected
        assert (frame["reset"], frame["more"], frame["version"]) == (False, False, 5)


async def test_after_0_is_valid_in_an_empty_room(chat):
    frame = await joined(chat, chat.room(), after=0)
    assert (frame["reset"], frame["messages"], frame["version"]) == (False, [], 0)


async def test_a_version_that_the_room_has_not_had_starts_afresh(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    await client.send(room.id, "one")
    assert not (await joined(chat, room, after=1))["reset"]
    for after in (2, 1000, 2**63, 2**70, -1):
        frame = await joined(chat, room, after=after)
        assert (frame["reset"], texts(frame)) == (True, ["one"]), after


async def test_another_epoch_starts_afresh(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    await client.send(room.id, "one")
    epoch = client.hello["epoch"]
    assert not (await joined(chat, room, after=0, epoch=epoch))["reset"]
    frame = await joined(chat, room, after=0, epoch=f"{epoch}x")
    assert (frame["reset"], frame["epoch"], texts(frame)) == (True, epoch, ["one"])
    assert (await joined(chat, room, epoch=epoch))["reset"]  # for want of `after`


async def test_500_changes_are_caught_up_with_and_501_start_afresh(chat):
    room = chat.room()
    ids = chat.outside.fill(room, chat.person(), ["line"] * (MOST + 1))
    frame = await joined(chat, room, after=1)
    assert not frame["reset"]
    assert [message["id"] for message in frame["messages"]] == ids[1:]
    frame = await joined(chat, room, after=0)
    assert (frame["reset"], frame["more"]) == (True, True)
    assert [message["id"] for message in frame["messages"]] == ids[-PAGE:]


async def test_more_than_256_kib_start_afresh(chat):
    room = chat.room()
    chat.outside.fill(room, chat.person(), ["x" * 4000] * 40)
    latest = (await joined(chat, room))["messages"]
    fitting = len(latest)
    assert fitting < 40
    frame = await joined(chat, room, after=40 - fitting + 1)
    assert (frame["reset"], len(frame["messages"])) == (False, fitting - 1)
    frame = await joined(chat, room, after=40 - fitting - 1)
    assert (frame["reset"], frame["more"], frame["messages"]) == (True, True, latest)


async def test_who_comes_back_with_after_misses_nothing(chat):
    ada, bob = chat.people("ada", "bob")
    room = chat.room()
    one, other = await chat.enter(ada, room), await chat.enter(bob, room)
    ids = [(await one.send(room.id, text))["id"] for text in ("one", "two", "three")]
    await other.seen(room.id, 3)
    other.cut()
    await one.edit(room.id, ids[0], "uno")
    await one.send(room.id, "four")
    again = await chat.connect(bob, mirrors=other.mirrors)
    assert not (await again.rejoin(room.id))["reset"]
    await one.send(room.id, "five")
    await chat.agree(room, one, again)


async def test_a_mirror_notices_what_is_missed(chat):
    """The proof that the tests with mirrors could fail."""
    ada, room = chat.person(), chat.room()
    client = await chat.enter(ada, room)
    ids = [(await client.send(room.id, text))["id"] for text in ("one", "two")]
    await client.seen(room.id, 2)
    rows, mirror = chat.outside.messages(room), Mirror(room.id)
    mirror.messages = dict(client.mirrors[room.id].messages)
    assert mirror.differences(rows) == []
    del mirror.messages[ids[0]]
    mirror.messages[ids[1]] = {**mirror.messages[ids[1]], "message": "other"}
    assert len(mirror.differences(rows)) == 2
