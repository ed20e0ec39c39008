"""docs/rules.md says who may do what: each cell is worked out by trying it."""

import inspect
import sys
from itertools import pairwise

import pytest
from django.conf import settings as site
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.factories import UserFactory
from chat import actions, pages
from chat.factories import ReportFactory, RoomFactory
from chat.models import Message, Room

from .trying import PEOPLE, ROOMS, Stage, everything, somebody, tried

pytestmark = pytest.mark.django_db


def written(title):
    """Return the table under a heading of the document, {row: {column: cell}}."""
    page = (site.BASE_DIR / "docs" / "rules.md").read_text()
    section = page.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    (_, *columns), _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    return {row: dict(zip(columns, cells, strict=True)) for row, *cells in rows}


# --- what a room is to whom ---------------------------------------------------------------------


def standing_of(stage):
    """Return in a word what a room is to somebody."""
    if tried(write, stage) == "yes":
        return "writes" if tried(write_twice, stage) == "yes" else "waits"
    if tried(read, stage) == "yes":
        return "reads"
    return "manages" if tried(add_oneself, stage) == "yes" else "no"


def test_what_a_room_is_to_whom():
    found = {}
    for kind, fields in ROOMS.items():
        rooms = {name: RoomFactory(**fields) for name in PEOPLE}
        found[kind] = {
            name: standing_of(Stage(room, somebody(name, room))) for name, room in rooms.items()
        }
    assert found == written("What a room is to whom")


# --- acts in a room: each returns what is to be tried ---------------------------------------------


def read(stage):
    stage.message(UserFactory())
    return lambda: bool(pages.history(*stage.ids, "from", Message.objects.latest("pk").pk).messages)


def write(stage):
    return lambda: actions.send(*stage.ids, "hi")


def write_twice(stage):
    actions.send(*stage.ids, "hi")
    return write(stage)


def add_oneself(stage):
    return lambda: actions.add_member(stage.by, stage.room.pk, stage.user.pk)


def warn(stage):
    return lambda: actions.send(*stage.ids, "hi", msg_type=1)


def edit_own(stage):
    message = stage.message(stage.user)
    return lambda: actions.edit(*stage.ids, message.pk, "ho")


def edit_others(stage):
    message = stage.message(stage.other("member"))
    return lambda: actions.edit(*stage.ids, message.pk, "ho")


def delete_own(stage):
    message = stage.message(stage.user)
    return lambda: actions.delete(*stage.ids, message.pk)


def delete_any(stage):
    message = stage.message(stage.other("superuser"))
    return lambda: actions.delete(*stage.ids, message.pk)


def report(stage):
    message = stage.message(stage.other("member"))
    return lambda: actions.report(stage.by, stage.room.pk, message.pk, "rude")


def on(kind, *acts):
    """Return an act on somebody else of a kind; of several each is done, or none is."""

    def prepare(stage):
        other = stage.other(kind)

        def do():
            states = [everything()]
            for act in acts:
                act(stage.by, stage.room.pk, other.pk)
                states.append(everything())
            return all(before != after for before, after in pairwise(states))

        return do

    return prepare


def change(stage):
    stage.room.description, stage.room.slow = "All about tea", 10
    return lambda: actions.change_room(stage.by, stage.room)


def silence(by, room_id, user_id):
    actions.silence(by, room_id, user_id)


ACTS = {
    "read": read,
    "write": write,
    "write a warning or an alert": warn,
    "edit one's own message": edit_own,
    "edit somebody else's message": edit_others,
    "delete one's own message": delete_own,
    "delete anybody's message": delete_any,
    "report somebody else's message": report,
    "add a member": on("guest", actions.add_member),
    "take a member out": on("member", actions.remove_member),
    "make a moderator": on("member", actions.make_moderator),
    "make a moderator a plain member": on("moderator", actions.unmake_moderator),
    "silence a person, and end it": on("member", actions.silence, actions.end_silence),
    "ban a person, and end it": on("member", actions.ban, actions.end_ban),
    "silence or ban a moderator": on("moderator", actions.silence, actions.ban),
    "silence or ban one of the staff": on("staff", actions.silence, actions.ban),
    "silence or ban a superuser": on("superuser", actions.silence, actions.ban),
    "change description, posting, slow mode": change,
}


def test_who_does_what_in_an_open_room():
    found = {act: {} for act in ACTS}
    for name in PEOPLE:
        room = RoomFactory()
        stage = Stage(room, somebody(name, room))
        for act in ACTS:
            found[act][name] = tried(ACTS[act], stage)
    assert found == written("Who does what in an open room")


def test_the_same_in_a_locked_and_in_a_read_only_room():
    said = written("The same in a locked and in a read-only room")
    found = {act: {} for act in said}
    for column in next(iter(said.values())):
        kind, name = column.split(": ")
        room = RoomFactory(**ROOMS[kind])
        stage = Stage(room, somebody(name, room))
        for act in said:
            found[act][column] = tried(ACTS[act], stage)
    assert found == said


# --- on the whole site --------------------------------------------------------------------------


def make(access):
    def prepare(stage):
        return lambda: actions.make_room(stage.by, Room(title="New", access=access))

    return prepare


def on_site(kind, *acts):
    def prepare(stage):
        other = stage.other(kind)

        def do():
            for act in acts:
                act(stage.by, other.pk)
            return True

        return do

    return prepare


def page(address, data=None):
    """Return an act that asks for a page of the admin; it is done when that is no refusal."""

    def prepare(stage):
        report = ReportFactory(message__room=stage.room)
        browser = Client()
        browser.force_login(stage.user)
        path = f"/admin/{address}".format(room=stage.room.pk, report=report.pk)
        if data is None:
            return lambda: browser.get(path).status_code == 200
        said = {name: str(value).format(room=stage.room.pk) for name, value in data.items()}
        return lambda: browser.post(path, said) and None

    return prepare


SITE_ACTS = {
    "make a room for everybody or for members": make("members"),
    "make a room for staff on the dashboard": make("staff"),
    "ban a person from the site, and end it": on_site(
        "guest", actions.ban_from_site, actions.end_site_ban
    ),
    "ban one of the staff from the site": on_site("staff", actions.ban_from_site),
    "ban a superuser from the site": on_site("superuser", actions.ban_from_site),
    "change a room's title, access and lock": page(
        "chat/room/{room}/change/", {"title": "New", "access": "staff", "locked": "on"}
    ),
    "lock and unlock many rooms": page(
        "chat/room/", {"action": "lock", "_selected_action": "{room}"}
    ),
    "delete a room": page("chat/room/{room}/delete/", {"post": "yes"}),
    "settle a report": page("chat/report/{report}/change/", {"do_nothing": "1"}),
    "read the audit log": page("multichat/auditentry/"),
}


def tried_by(act, kind, settings):
    """Return "yes" or "no", or what it depends on."""
    room = RoomFactory()
    stage = Stage(room, somebody({"person": "guest"}.get(kind, kind), room))
    settings.ROOM_CREATION = "staff"
    if (answer := tried(act, stage)) == "yes":
        return answer
    settings.ROOM_CREATION = "everyone"
    if tried(act, stage) == "yes":
        return "by ROOM_CREATION"
    with_them = UserFactory(is_staff=stage.user.is_staff)
    with_them.user_permissions.set(Permission.objects.all())
    return "by permission" if tried(act, Stage(room, with_them)) == "yes" else answer


def test_who_does_what_on_the_whole_site(settings):
    found = {
        act: {kind: tried_by(SITE_ACTS[act], kind, settings) for kind in ("person", "staff")}
        for act in SITE_ACTS
    }
    for act in SITE_ACTS:
        found[act]["superuser"] = tried_by(SITE_ACTS[act], "superuser", settings)
    assert found == written("On the whole site")


def test_every_action_is_tried():
    here = inspect.getsource(sys.modules[__name__])
    by_the_admin = {"save_room", "lock", "unlock", "delete_room", "settle", "set_place"}
    asked = {"may_ban_from_site", "may_make_room"}
    doing = (
        {name for name in actions.__all__ if name.islower()} - by_the_admin - asked - {"send_all"}
    )
    assert {name for name in doing if f"actions.{name}" not in here} == set()
