"""The changes of a person, and of their place in a room: see in_force.py."""

import asyncio

from wire.in_force import (
    GONE,
    MEMBERS,
    Change,
    Row,
    by_values,
    person_s_menu,
    place_in_admin,
    told,
    user_in_admin,
)

DENIED = "ROOM_ACCESS_DENIED"
WITHOUT_ADA = {name: role for name, role in MEMBERS.items() if name != "ada"}


def of_user(felt, then, enters=(), **values):
    return Change({**user_in_admin(**values), **by_values("user", **values)}, felt, then, enters)


def of_place(felt, then, page, enters=(), **values):
    """Return the Change of columns of Ada's place in the room; page: the act in her menu."""
    doors = {**person_s_menu(page), **place_in_admin(**values), **by_values("member", **values)}
    return Change(doors, felt, then, enters)


def promoted(column, access):
    return Row(
        f"{column} and not",
        of_user(
            {"ada": told(access=access, can_send=True)}, {"join": None}, ("ada",), **{column: True}
        ),
        of_user({"ada": GONE}, {"send": DENIED, "edit": DENIED, "join": DENIED}, **{column: False}),
        room={"access": access},
        roles={},
        inside=("eve",) if access == "staff" else (),
    )


# --- a place that comes and goes ------------------------------------------------------------------


def place_of(stage, role="member"):
    return {"room_id": stage.room.id, "user_id": stage.ada.id, "role": role}


async def made_by_orm(stage):
    await asyncio.to_thread(stage.outside.call, "make", model="member", fields=place_of(stage))


async def made_in_bulk(stage):
    rows = [place_of(stage)]
    await asyncio.to_thread(stage.outside.call, "make_many", model="member", rows=rows)


async def made_by_sql(stage):
    statement = (
        "INSERT INTO chat_member (room_id, user_id, role, banned, silenced)"
        " VALUES (%s, %s, 'member', %s, %s)"
    )
    values = [stage.room.id, stage.ada.id, False, False]
    await asyncio.to_thread(stage.outside.sql, (statement, values))


def gone_by(name):
    async def door(stage):
        fields = {"room_id": stage.room.id, "user_id": stage.ada.id}
        id = stage.outside.call("find", model="member", fields=fields)
        await asyncio.to_thread(stage.outside.call, name, model="member", id=id)

    return door


async def gone_by_sql(stage):
    statement = "DELETE FROM chat_member WHERE room_id = %s AND user_id = %s"
    await asyncio.to_thread(stage.outside.sql, (statement, [stage.room.id, stage.ada.id]))


ADDED = Row(
    "added and removed",
    Change(
        {
            **person_s_menu("add"),
            **place_in_admin(role="member"),
            "ORM": made_by_orm,
            "update": made_in_bulk,
            "SQL": made_by_sql,
        },
        {"ada": told(access="members", can_send=True, moderator=False)},
        {"join": None},
        enters=("ada",),
    ),
    Change(
        {
            **person_s_menu("remove"),
            **place_in_admin(DELETE=True),
            "ORM": gone_by("delete"),
            "update": gone_by("remove"),
            "SQL": gone_by_sql,
        },
        {"ada": GONE},
        {"send": DENIED, "edit": DENIED, "delete": DENIED, "join": DENIED},
    ),
    roles=WITHOUT_ADA,
    inside=("members", "mia"),
)
BANNED = Row(
    "banned",
    of_place({"ada": GONE}, {"send": DENIED, "edit": DENIED, "join": DENIED}, "ban", banned=True),
    of_place(
        {"ada": told(can_send=True)}, {"join": None}, "end_ban", enters=("ada",), banned=False
    ),
)
SILENCED = Row(
    "silenced",
    of_place(
        {"ada": told(can_send=False, why_not="SILENCED")},
        {"send": "SILENCED", "edit": "SILENCED"},
        "silence",
        silenced=True,
    ),
    of_place(
        {"ada": told(can_send=True, why_not=None)},
        {"send": None, "edit": None},
        "end_silence",
        silenced=False,
    ),
)
# Where only moderators write, and delete what others wrote.
MODERATOR = Row(
    "moderator and not",
    of_place(
        {"ada": told(moderator=True, can_send=True, why_not=None)},
        {"send": None, "delete": None},
        "moderator",
        role="moderator",
    ),
    of_place(
        {"ada": told(moderator=False, can_send=False, why_not="ROOM_READ_ONLY")},
        {"send": "ROOM_READ_ONLY", "delete": "MESSAGE_ACCESS_DENIED"},
        "no_moderator",
        role="member",
    ),
    room={"access": "members", "posting": "moderators"},
)
ROWS = [
    promoted("is_staff", "staff"),
    promoted("is_superuser", "superusers"),
    ADDED,
    BANNED,
    SILENCED,
    MODERATOR,
]
