"""What is stored after somebody lost a room does not reach them, though every signal of it is lost;
and what they send themselves is stored before they lost it, or refused.

The changes are made behind the servers' backs (QuerySet.update(), and the like), so nobody rings
for them. With Redis the messages that follow are rung for: they come before the sweep does.
"""

import asyncio
import time
import uuid

import pytest

from wire.in_force_ends import ENDS
from wire.in_force_people import ADDED, BANNED, SILENCED, promoted
from wire.in_force_rooms import TO_MEMBERS, TO_STAFF
from wire.in_force_trials import ENDED, on_all
from wire.shapes import messages_of
from wire.stage import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROUNDS = 4
LOSSES = [ADDED, BANNED, TO_MEMBERS, TO_STAFF, promoted("is_staff", "staff")]
LINES = 4  # by each who stays
SWOLLEN = 40  # sends, before the flood is to end
MOST = 600  # where nothing ends it


@pytest.fixture
def _clean_log():
    """Each trial looks into the logs of its sites."""


# --- what others say afterwards -------------------------------------------------------------------


async def talk(client, room, text):
    """Say some lines, and change the first."""
    sent = [await client.send(room.id, text) for _ in range(LINES)]
    await client.edit(room.id, sent[0]["id"], f"{text}, edited")


def overheard(ears, text):
    """Return what came to these ears of what was said."""
    return [
        (ear.name, frame)
        for ear in ears
        for _, frame in ear.client.transcript
        if frame["type"] in ("message", "update")
        and any(message["message"].startswith(text) for message in messages_of(frame))
    ]


def those_who_stay(row):
    """Return the group that keeps the room: Bob on Ada's process with Cid on the other, or Eve."""
    return "members" if "members" in row.inside and row is not TO_STAFF else "eve"


async def try_loss(stage, row):
    """Let Ada lose a room and get it back, again and again, while others talk."""
    await stage.begin(row.roles, row.inside, **row.room)
    speakers = [ear.client for ear in stage.ears[those_who_stay(row)]]
    for number in range(ROUNDS):
        for change in (row.there, row.back):
            await change.doors["update"](stage)
            if any(kind == "room_gone" for kind, _ in change.felt["ada"]):
                text = f"without her in {stage.room.id}, {number}"
                await asyncio.gather(*(talk(client, stage.room, text) for client in speakers))
                await stage.felt(change.felt)
                found = overheard(stage.ears["ada"], text)
                assert not found, (
                    f"on {stage.name}: {row.name}: {found[0]}, and {len(found)} in all"
                )
            else:
                await stage.felt(change.felt)
            await asyncio.gather(*map(stage.enter, change.enters))
    stage.check()


@pytest.mark.parametrize("row", LOSSES, ids=lambda row: row.name)
async def test_what_is_said_after_somebody_lost_a_room_never_reaches_them(stages, row):
    await on_all(stages, try_loss, row)


async def try_end_unheard(stage, end):
    door = end.doors.get("update") or end.doors["delete"]
    people = stage.cast.people(*(f"ada{n}" for n in range(ROUNDS)), password=PASSWORD)
    await stage.begin({}, ("members",), access="open")
    speakers = [ear.client for ear in stage.ears["members"]]
    for person in people:
        ears = [await stage.ear(person) for _ in range(3)]
        for ear in ears:
            await ear.client.join(stage.room.id)
        await door(stage, person)
        text = f"without {person.username}"
        await asyncio.gather(*(talk(client, stage.room, text) for client in speakers))
        for ear in ears:
            assert await ear.client.close_code() == ENDED
        assert not overheard(ears, text), f"on {stage.name}: {end.name}"
    stage.check()


@pytest.mark.parametrize("end", ENDS[1:], ids=lambda end: end.name)
async def test_what_is_said_after_the_end_of_a_session_never_reaches_it(stages, end):
    await on_all(stages, try_end_unheard, end)


# --- what one says oneself ------------------------------------------------------------------------


class Flood:
    """Sends of Ada's over all her sockets, until each has been refused. `begun`: ref -> when it was
    sent; `refused`: when each refusal had come; `acked`: refs; `swollen`: set when there are some.
    """

    def __init__(self, room, code):
        self.room, self.code = room, code
        self.begun, self.refused, self.acked = {}, [], set()
        self.swollen = asyncio.Event()

    async def pour(self, client):
        """Send one after the other, and once more after the first refusal."""
        refusals = 0
        while refusals < 2 and len(self.begun) < MOST:
            ref = uuid.uuid4().hex
            self.begun[ref] = time.monotonic()
            frame = await client.command("send", ref=ref, room=self.room.id, message="flood")
            if frame["type"] == "ack":
                self.acked.add(ref)
            else:
                assert frame["error"] == self.code, frame
                self.refused.append(time.monotonic())
                refusals += 1
            if len(self.acked) > SWOLLEN:
                self.swollen.set()


async def try_to_interrupt(stage, row, door):
    """Put an end to a flood: what was acked is what is stored, and none of it was begun after the
    first refusal had come, or has a version above what was sent by another after the change."""
    await stage.begin(row.roles, row.inside, **row.room)
    stored = set()
    for _ in range(2):
        flood = Flood(stage.room, row.there.then["send"])
        pouring = asyncio.gather(*(flood.pour(ear.client) for ear in stage.ears["ada"]))
        await flood.swollen.wait()
        await row.there.doors[door](stage)
        others = [ear.client for ear in stage.ears["members"]]  # Cid's is the other process
        marks = await asyncio.gather(*(client.send(stage.room.id, "now") for client in others))
        await pouring
        assert flood.refused, f"on {stage.name}: {row.name} kept nobody from sending"
        rows = await asyncio.to_thread(stage.outside.messages, stage.room)
        mine = {each["key"]: each for each in rows if each["message"] == "flood"}
        assert mine.keys() - stored == flood.acked, f"on {stage.name}"
        for ref in flood.acked:
            assert flood.begun[ref] < min(flood.refused)
            assert mine[ref]["version"] < min(mark["version"] for mark in marks)
        stored |= flood.acked
        await stage.felt(row.there.felt)
        await row.back.doors[door](stage)
        await stage.felt(row.back.felt)
        await asyncio.gather(*map(stage.enter, row.back.enters))
    bob = stage.ears["members"][0].client
    await stage.cast.agree(stage.room, bob)
    stage.check()


@pytest.mark.parametrize("door", ["page", "SQL"])
@pytest.mark.parametrize("row", [BANNED, SILENCED], ids=lambda row: row.name)
async def test_a_send_is_stored_before_the_change_or_refused(stages, row, door):
    await on_all(stages, try_to_interrupt, row, door)
