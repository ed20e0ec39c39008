"""Changes that hold at once: how each is made by each door, what is felt of it, and by whom.

A Row is one change and the one that undoes it. To add one, say what the room is at first, how each
door does it, what each group of stage.py is told, and what Ada may do afterwards.
"""

import asyncio
from dataclasses import dataclass, field

TABLES = {
    "room": ("chat_room", "id"),
    "user": ("accounts_user", "id"),
    "member": ("chat_member", "id"),
    "session": ("django_session", "session_key"),
}
MEMBERS = {"ada": "member", "bob": "member", "cid": "member", "mia": "moderator"}
IN_A_ROOM_OF_MEMBERS = ("ada", "members", "mia")
GONE = [("leave", {"reason": "ROOM_ACCESS_DENIED"}), ("room_gone", {})]
DELETED = [("leave", {"reason": "ROOM_INVALID"}), ("room_gone", {})]


@dataclass
class Change:
    """One direction of a Row.

    doors: {name: async function of a Stage}; felt: {group: [(type, values)]}, who is not named is
    told nothing; then: {command: the error code that Ada gets afterwards, or None}; enters: groups
    that come into the room after it.
    """

    doors: dict
    felt: dict
    then: dict = field(default_factory=dict)
    enters: tuple = ()


@dataclass
class Row:
    """A change, and the way back. `room` is what the room is at first, `roles` who is what in it,
    `inside` the groups that are in it."""

    name: str
    there: Change
    back: Change
    room: dict = field(default_factory=lambda: {"access": "members"})
    roles: dict = field(default_factory=lambda: MEMBERS)
    inside: tuple = IN_A_ROOM_OF_MEMBERS


def told(**values):
    return [("room", values)]


def told_all(*groups, **values):
    """Return what is felt when each of these groups is told the same of the room."""
    return {group: told(**values) for group in groups}


# --- doors --------------------------------------------------------------------------------------


def id_of(stage, model):
    """Return the key of the row that is meant: the room, Ada, or her place in the room."""
    if model == "member":
        return stage.places["ada"]
    return {"room": stage.room, "user": stage.ada}[model].id


def by_values(model, **values):
    """Return the doors of a change of columns: ORM, QuerySet.update() and SQL."""

    def call(name):
        async def door(stage):
            arguments = {"model": model, "id": id_of(stage, model), "fields": values}
            await asyncio.to_thread(stage.outside.call, name, **arguments)

        return door

    return {
        "ORM": call("save"),
        "update": call("change"),
        "SQL": by_sql(update_statement(model, values), lambda stage: id_of(stage, model)),
    }


def update_statement(model, values):
    """Return a function of a key that returns the UPDATE and its values."""
    table, key = TABLES[model]
    columns = ", ".join(f"{name} = %s" for name in values)
    return lambda id: (
        f"UPDATE {table} SET {columns} WHERE {key} = %s",
        [*values.values(), id],
    )


def by_sql(statement_of, key_of):
    async def door(stage):
        await asyncio.to_thread(stage.outside.sql, statement_of(key_of(stage)))

    return door


def room_s_page(**changes):
    """The room's own page, filled in by its moderator."""

    async def door(stage):
        await stage.by_mia.fill_in(f"{stage.room.url}about/", **changes)

    return {"page": door}


def person_s_menu(act, **more):
    """The menu of a person, by the room's moderator."""

    async def door(stage):
        path = f"{stage.room.url}person/?user={stage.ada.id}"
        await stage.by_mia.post(path, act=act, **more)

    return {"page": door}


def room_in_admin(**changes):
    async def door(stage):
        await stage.by_root.fill_in(f"/admin/chat/room/{stage.room.id}/change/", **changes)

    return {"admin": door}


def rooms_action(action):
    async def door(stage):
        await stage.by_root.post(
            "/admin/chat/room/", action=action, _selected_action=stage.room.id, index=0
        )

    return {"admin's action": door}


def user_in_admin(**changes):
    async def door(stage):
        await stage.by_root.fill_in(f"/admin/accounts/user/{stage.ada.id}/change/", **changes)

    return {"admin": door}


def place_in_admin(**changes):
    """Ada's line among the people of the room, on its page in the admin; a new one if she has
    none."""

    async def door(stage):
        await stage.by_root.rewrite(
            f"/admin/chat/room/{stage.room.id}/change/",
            "members-TOTAL_FORMS",
            lambda form: with_place(form, str(stage.ada.id), changes),
        )

    return {"admin": door}


def with_place(form, user, changes):
    total = int(form["members-TOTAL_FORMS"])
    numbers = [n for n in range(total) if form.get(f"members-{n}-user") == user]
    number = numbers[0] if numbers else total
    said = {f"members-{number}-{name}": value for name, value in changes.items()}
    if not numbers:
        said |= {f"members-{number}-user": user, "members-TOTAL_FORMS": total + 1}
    return {**form, **said}
