"""The ends of sessions, people and rooms, which nothing brings back: see in_force.py.

An End is tried on somebody new by each door: twenty sockets in one session, and a phone in another.
"""

import asyncio
from dataclasses import dataclass

from wire.in_force import by_sql, update_statement
from wire.stage import PASSWORD

NEW_PASSWORD = "quite another one"
PAST = "2020-02-02T20:20:20+00:00"


@dataclass
class End:
    """A change that closes sockets. doors: {name: async function of a Stage and a person}; phone:
    whether that is closed as well."""

    name: str
    doors: dict
    phone: bool = True


def by_call(name, model, **more):
    """A door of the ORM's side: see outside_process.py."""

    async def door(stage, person):
        id = key_of(model, person)
        await asyncio.to_thread(stage.outside.call, name, model=model, id=id, **more)

    return door


def key_of(model, person):
    return person.cookie if model == "session" else person.id


def by_statement(model, statement_of):
    async def door(stage, person):
        await by_sql(statement_of, lambda _: key_of(model, person))(stage)

    return door


def by_values(model, **values):
    """Return the doors of a change of columns."""
    return {
        "ORM": by_call("save", model, fields=values),
        "update": by_call("change", model, fields=values),
        "SQL": by_statement(model, update_statement(model, values)),
    }


# --- pages --------------------------------------------------------------------------------------


async def log_out(stage, person):
    await stage.browser(person).post("/accounts/logout/")


async def end_from_list(stage, person):
    """Look at one's sessions on the phone, and end the other one."""
    browser, phone = stage.browser(person), stage.phones[person]
    await browser.get("/accounts/security/sessions/")  # by which the list knows this session
    fields = {"session_key": person.cookie}
    id = await asyncio.to_thread(stage.outside.call, "find", model="listed", fields=fields)
    await phone.post(f"/accounts/security/sessions/{id}/end/")


def of_own(path, **fields):
    """A form on the person's own pages, sent from the phone."""

    async def door(stage, person):
        await stage.phones[person].post(path, **fields)

    return door


def in_admin(path="change/", **changes):
    async def door(stage, person):
        await stage.by_root.fill_in(f"/admin/accounts/user/{person.id}/{path}", **changes)

    return door


async def deactivated_by_action(stage, person):
    action = {"action": "deactivate", "_selected_action": person.id, "index": 0}
    await stage.by_root.post("/admin/accounts/user/", **action)


async def deleted_in_admin(stage, person):
    await stage.by_root.post(f"/admin/accounts/user/{person.id}/delete/", post="yes")


async def banned_from_site(stage, person):
    path = f"{stage.room.url}person/?user={person.id}"
    await stage.by_root.post(path, act="site_ban")


# --- functions of the ORM -------------------------------------------------------------------------


async def end_sessions(stage, person):
    await asyncio.to_thread(stage.outside.end_sessions, person)


async def set_password(stage, person):
    arguments = {"user": person.id, "password": NEW_PASSWORD}
    await asyncio.to_thread(stage.outside.call, "set_password", **arguments)


async def user_deleted_by_sql(stage, person):
    """What hangs on a person has to go first, as in any database."""
    await asyncio.to_thread(
        stage.outside.sql,
        ("UPDATE chat_message SET user_id = NULL WHERE user_id = %s", [person.id]),
        ("DELETE FROM chat_member WHERE user_id = %s", [person.id]),
        ("DELETE FROM accounts_user WHERE id = %s", [person.id]),
    )


ENDS = [
    End("logged out here", {"page": log_out, "list of sessions": end_from_list}, phone=False),
    End(
        "session deleted",
        {
            "ORM": by_call("delete", "session"),
            "delete": by_call("remove", "session"),
            "SQL": by_statement(
                "session", lambda key: ("DELETE FROM django_session WHERE session_key = %s", [key])
            ),
        },
        phone=False,
    ),
    End("session expired", by_values("session", expire_date=PAST), phone=False),
    End(
        "logged out everywhere",
        {
            "page": of_own("/accounts/security/sessions/end-all/"),
            "page, but here": of_own("/accounts/security/sessions/end-others/"),
            "ORM": end_sessions,
            "update": by_call("change", "user", fields={"sessions_ended": 7}),
            "SQL": by_statement("user", update_statement("user", {"sessions_ended": 7})),
        },
    ),
    End(
        "new password",
        {
            "page": of_own(
                "/accounts/password/change/",
                oldpassword=PASSWORD,
                password1=NEW_PASSWORD,
                password2=NEW_PASSWORD,
            ),
            "admin": in_admin("password/", password1=NEW_PASSWORD, password2=NEW_PASSWORD),
            **by_values("user", password="!another"),
            "ORM": set_password,
        },
    ),
    End(
        "deactivated",
        {
            "page": banned_from_site,
            "admin": in_admin(is_active=False),
            "admin's action": deactivated_by_action,
            **by_values("user", is_active=False),
        },
    ),
    End(
        "deleted",
        {
            "admin": deleted_in_admin,
            "ORM": by_call("delete", "user"),
            "delete": by_call("remove", "user"),
            "SQL": user_deleted_by_sql,
        },
    ),
]


# --- the end of a room ----------------------------------------------------------------------------


async def room_deleted_in_admin(stage):
    await stage.by_root.post(f"/admin/chat/room/{stage.room.id}/delete/", post="yes")


def room_deleted_by(name):
    async def door(stage):
        await asyncio.to_thread(stage.outside.call, name, model="room", id=stage.room.id)

    return door


async def room_marked(stage):
    """As a delete begins that takes long: the rows are there, but nobody's."""
    await asyncio.to_thread(stage.outside.change, "room", stage.room, deleting=True)


async def room_deleted_by_sql(stage):
    tables = ["chat_member", "chat_message", "chat_feed", "chat_presence"]
    statements = [f"DELETE FROM {table} WHERE room_id = %s" for table in tables]
    statements.append("DELETE FROM chat_room WHERE id = %s")
    pairs = [(statement, [stage.room.id]) for statement in statements]
    await asyncio.to_thread(stage.outside.sql, *pairs)


DELETIONS = {
    "admin": room_deleted_in_admin,
    "ORM": room_deleted_by("delete"),
    "delete": room_deleted_by("remove"),
    "update": room_marked,
    "SQL": room_deleted_by_sql,
}
