"""The changes of a room: see in_force.py."""

from wire.in_force import (
    GONE,
    MEMBERS,
    Change,
    Row,
    by_values,
    room_in_admin,
    room_s_page,
    rooms_action,
    told,
    told_all,
)

OPEN = {"access": "open"}
EVERYBODY = ("ada", "members", "mia", "eve", "stranger")


def of_room(felt, then=None, page=None, enters=(), also=(), **values):
    """Return the Change of columns of the room; page: what its own page says of them; also: more
    doors."""
    doors = {**(page or {}), **room_in_admin(**values), **dict(also), **by_values("room", **values)}
    return Change(doors, felt, then or {}, enters)


LOCKED = Row(
    "locked",
    of_room(
        told_all("ada", "members", "mia", locked=True, can_send=False, why_not="ROOM_LOCKED"),
        {"send": "ROOM_LOCKED", "edit": "ROOM_LOCKED", "delete": "ROOM_LOCKED"},
        also=rooms_action("lock"),
        locked=True,
    ),
    of_room(
        told_all("ada", "members", "mia", locked=False, can_send=True, why_not=None),
        {"send": None, "edit": None},
        also=rooms_action("unlock"),
        locked=False,
    ),
)
READ_ONLY = {"can_send": False, "why_not": "ROOM_READ_ONLY", "posting": "moderators"}
POSTING = Row(
    "only moderators write",
    of_room(
        {
            **told_all("ada", "members", **READ_ONLY),
            "mia": told(can_send=True, why_not=None, posting="moderators"),
        },
        {"send": "ROOM_READ_ONLY", "edit": "ROOM_READ_ONLY"},
        page=room_s_page(posting="moderators"),
        posting="moderators",
    ),
    of_room(
        told_all("ada", "members", "mia", can_send=True, why_not=None, posting="everyone"),
        {"send": None, "edit": None},
        page=room_s_page(posting="everyone"),
        posting="everyone",
    ),
)
SLOW = Row(
    "slow mode",
    of_room(
        told_all("ada", "members", slow=3600, can_send=True),  # it is nothing to a moderator
        {"send": "RATE_LIMITED"},
        page=room_s_page(slow=3600),
        slow=3600,
    ),
    of_room(
        told_all("ada", "members", slow=0, can_send=True),
        {"send": None},
        page=room_s_page(slow=0),
        slow=0,
    ),
)
RENAMED = Row(
    "renamed",
    of_room(told_all("ada", "members", "mia", title="Coffee"), title="Coffee"),
    of_room(told_all("ada", "members", "mia", title="Tea"), title="Tea"),
)
# Ada, and whoever is no member, lose it; eve of the staff is no member either.
TO_MEMBERS = Row(
    "open to members",
    of_room(
        {
            **told_all("members", "mia", access="members"),
            **dict.fromkeys(["ada", "eve", "stranger"], GONE),
        },
        {"send": "ROOM_ACCESS_DENIED", "edit": "ROOM_ACCESS_DENIED", "join": "ROOM_ACCESS_DENIED"},
        access="members",
    ),
    of_room(
        told_all(*EVERYBODY, access="open", can_send=True),
        {"join": None},
        enters=("ada", "eve", "stranger"),
        access="open",
    ),
    room=OPEN,
    roles={name: role for name, role in MEMBERS.items() if name != "ada"},
    inside=EVERYBODY,
)
TO_STAFF = Row(
    "open to staff",
    of_room(
        {
            "eve": told(access="staff", can_send=True),
            **dict.fromkeys(["ada", "members", "mia", "stranger"], GONE),
        },
        {"send": "ROOM_ACCESS_DENIED", "delete": "ROOM_ACCESS_DENIED"},
        access="staff",
    ),
    of_room(
        told_all(*EVERYBODY, access="open", can_send=True),
        {"join": None},
        enters=("ada", "members", "mia", "stranger"),
        access="open",
    ),
    room=OPEN,
    inside=EVERYBODY,
)
ROWS = [LOCKED, POSTING, SLOW, RENAMED, TO_MEMBERS, TO_STAFF]
