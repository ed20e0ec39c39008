"""Staff without the second factor that the site asks of them: no socket, and none any more."""

import pytest

from wire.cast import Cast
from wire.test_room_changes import ONE_SECOND

ENDED = 4401
TRAITS = pytest.mark.parametrize("trait", ["is_staff", "is_superuser"])


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request, start_site):
    return start_site("serve", request.param, STAFF_NEEDS_SECOND_FACTOR="1")


@TRAITS
async def test_staff_has_no_socket_before_the_second_factor(chat, trait):
    eve, room = chat.person("eve", **{trait: True}), chat.room("Staff", access="staff")
    refused = await chat.connect(eve)
    assert await refused.close_code(ONE_SECOND) == ENDED
    chat.outside.give_second_factor(eve)
    await (await chat.enter(eve, room)).send(room.id, "hello")


@TRAITS
async def test_a_second_factor_that_is_taken_away_closes_open_sockets(chat: Cast, trait):
    eve, ada, room = chat.person("eve", **{trait: True}), chat.person("ada"), chat.room()
    chat.outside.give_second_factor(eve)
    one, two = await chat.enter(eve, room), await chat.connect(eve)
    other = await chat.enter(ada, room)
    await one.send(room.id, "hello")
    chat.outside.take_second_factor(eve)
    for client in (one, two):
        assert await client.close_code(ONE_SECOND) == ENDED
    await other.send(room.id, "still here")


async def test_who_becomes_staff_without_one_is_out(chat):
    ada, room = chat.person("ada"), chat.room()
    client = await chat.enter(ada, room)
    chat.outside.change("user", ada, is_staff=True)
    assert await client.close_code(ONE_SECOND) == ENDED
