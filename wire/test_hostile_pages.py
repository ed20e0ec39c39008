"""The pages of rooms, asked by whom they are not for, and acts on whom one has nothing to say."""

import re

import pytest

from chat.acts import ACTS
from wire.pages import TOKEN, Browser
from wire.site import NO_RATES

pytestmark = pytest.mark.usefixtures("undisturbed")

NOTHING = [["guest", False, False], True]  # what somebody is whom nothing was done to
# What is asked of each room: the method, the page under the room's own, and the fields.
PAGES = [
    ("GET", "", {}),
    ("GET", "about/", {}),
    ("POST", "about/", {"description": "mine", "posting": "everyone", "slow": "0"}),
    ("POST", "members/", {"name": "NAME"}),
    ("GET", "person/?user=ID", {}),
    ("GET", "person/?name=NAME", {}),
    *(("POST", "person/?user=ID", {"act": act, "minutes": "10"}) for act in ACTS),
    ("POST", "messages/MESSAGE/report/", {"reason": "bad"}),
]
# who: what they are on the site; what the room is; what they are in it.
OUTSIDERS = {
    "a stranger to members": ({}, {"access": "members"}, None),
    "taken out of members": ({}, {"access": "members"}, {"role": "guest"}),
    "banned from members": ({}, {"access": "members"}, {"role": "moderator", "banned": True}),
    "banned from an open room": ({}, {}, {"role": "guest", "banned": True}),
    "banned staff": ({"is_staff": True}, {}, {"role": "guest", "banned": True}),
    "a person for staff": ({}, {"access": "staff"}, {"role": "moderator"}),
    "staff for superusers": ({"is_staff": True}, {"access": "superusers"}, {"role": "moderator"}),
    "a room that goes": ({}, {"deleting": True}, {"role": "moderator"}),
}


@pytest.fixture(scope="session")
def site(start_site):
    """One with pages."""
    return start_site("serve", "sqlite", static=True, **NO_RATES)


def plain(body, room):
    """Return a page without what is new on every one: the room's address and the tokens."""
    body = body.replace(room, "SLUG")
    return re.sub(rf'(nonce|csrf\w*token)(-|"? ?\w*=?)"?[\w-]{{16,}}|{TOKEN}', "", body)


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_no_such_room_and_not_for_you_are_one_answer(chat, who):
    traits, fields, place = OUTSIDERS[who]
    asker, bob = chat.person(**traits), chat.person("bob")
    room = chat.room(**fields)
    [message] = chat.outside.fill(room, bob, ["theirs"])
    if place:
        chat.outside.call("place", room=room.id, user=asker.id, fields=place)
    browser = Browser(chat.site, asker.cookie)
    for method, page, said in PAGES:
        page = page.replace("NAME", bob.username).replace("ID", str(bob.id))
        page = page.replace("MESSAGE", str(message))
        said = {name: value.replace("NAME", bob.username) for name, value in said.items()}
        answers = []
        for slug in (room.slug, "x" * len(room.slug)):
            status, body = await browser.answer(method, f"/rooms/{slug}/{page}", **said)
            answers.append((status, plain(body, slug)))
        assert answers[0] == answers[1], (method, page)
        assert answers[0][0] == 404, (method, page)
    assert chat.outside.call("place_of", room=room.id, user=bob.id) == NOTHING


# Whom somebody can do nothing to: who asks, then whom they ask for.
RANKS = {
    "a member": ({}, {"role": "member"}),
    "a moderator": ({}, {"role": "moderator"}),
    "staff": ({"is_staff": True}, {"role": "member"}),
    "a superuser": ({"is_superuser": True}, {"role": "member"}),
}
ORDER = list(RANKS)
RESTRAINTS = ("silence", "ban", "site_ban")


def placed(chat, name, room, rank):
    traits, place = RANKS[rank]
    person = chat.person(name, **traits)
    chat.outside.call("place", room=room.id, user=person.id, fields=place)
    return person


@pytest.mark.parametrize("whom", RANKS)
@pytest.mark.parametrize("who", RANKS)
async def test_who_restrains_whom(chat, who, whom):
    """Only whom one outranks; a member, who may not even look, is told of no such page."""
    room = chat.room()
    asker, other = placed(chat, "ada", room, who), placed(chat, "bob", room, whom)
    browser, path = Browser(chat.site, asker.cookie), f"/rooms/{room.slug}/person/?user={other.id}"
    outranked = ORDER.index(who) > max(ORDER.index(whom), 0)
    for act in RESTRAINTS:
        before = chat.outside.call("place_of", room=room.id, user=other.id)
        status, _ = await browser.answer("POST", path, act=act, minutes="10")
        assert status == (404 if who == "a member" else 302), act
        done = chat.outside.call("place_of", room=room.id, user=other.id) != before
        allowed = outranked and (act != "site_ban" or ORDER.index(who) >= 2)
        assert done == allowed, act
        freed = {"banned": False, "silenced": False}
        chat.outside.call("place", room=room.id, user=other.id, fields=freed)
