"""The triggers are there, whatever happens to the tables.

wire/test_rights_number.py runs this file on PostgreSQL as well.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

from accounts.factories import UserFactory
from chat.factories import MemberFactory, RoomFactory
from chat.models import Epoch, Member, Rights, Room, rights_triggers
from chat.models.rights_sql import DIALECTS

pytestmark = pytest.mark.django_db(transaction=True)

User = get_user_model()
DIALECT = DIALECTS[connection.vendor]
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only does this")


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """Whatever a test does to the triggers, the next one finds them."""
    yield
    monkeypatch.undo()
    rights_triggers.tighten(connection.alias)


def present():
    """Return {name: table} of the triggers there are."""
    with connection.cursor() as cursor:
        cursor.execute(DIALECT.present)
        return dict(cursor.fetchall())


def wanted():
    return rights_triggers.triggers(DIALECT, apps).keys()


def test_they_are_there_after_a_migrate():
    assert present().keys() == wanted()
    assert set(present().values()) == {
        model._meta.db_table
        for model in (Room, Member, User, Session, Authenticator, Epoch, Rights)
    }


def test_another_migrate_changes_nothing():
    before = Rights.current(), present()
    call_command("migrate", verbosity=0)
    assert (Rights.current(), present()) == before


def test_one_that_is_missing_is_made_and_what_it_missed_is_made_up_for():
    user = UserFactory()
    before = Rights.current()
    name = next(name for name in present() if name.startswith("rights_accounts_user_changed_"))
    with connection.cursor() as cursor:
        cursor.execute(DIALECT.drop.format(name=name, table="accounts_user"))
    User.objects.update(is_active=False)
    assert Rights.current() == before, "the trigger was gone"
    call_command("migrate", verbosity=0)
    assert Rights.current() > before
    before = Rights.current()
    user.save()  # active again
    assert Rights.current() > before


def test_one_of_another_release_gives_way(monkeypatch):
    room = RoomFactory()
    old = present().keys()
    monkeypatch.setitem(rights_triggers.PASSED_OVER, "chat.Room", {"description", "title"})
    rights_triggers.tighten(connection.alias)
    (new,) = present().keys() - old
    assert new.startswith("rights_chat_room_changed_")
    assert len(present()) == len(old)
    before = Rights.current()
    Room.objects.filter(pk=room.pk).update(title="Coffee")
    assert Rights.current() == before
    Room.objects.filter(pk=room.pk).update(access="staff")
    assert Rights.current() > before


def test_a_column_counts_unless_it_is_passed_over(monkeypatch):
    RoomFactory()
    monkeypatch.setitem(rights_triggers.PASSED_OVER, "chat.Room", set())
    rights_triggers.tighten(connection.alias)
    before = Rights.current()
    Room.objects.update(description="new")
    assert Rights.current() > before


def test_a_site_migrated_back_to_before_the_number_has_none():
    rights_triggers.tighten(connection.alias, ProjectState().apps)
    assert present() == {}


def test_a_migrate_may_drop_a_column_and_every_update_counts_until_it_is_done():
    room = RoomFactory()
    rights_triggers.loosen(connection.alias, apps, plan=["something to do"])
    locked = Room._meta.get_field("locked")
    with connection.schema_editor() as editor:
        editor.remove_field(Room, locked)
    try:
        before = Rights.current()
        Room.objects.filter(pk=room.pk).update(access="staff")
        assert Rights.current() > before
    finally:
        with connection.schema_editor() as editor:
            editor.add_field(Room, locked)
    call_command("migrate", verbosity=0)
    assert present().keys() == wanted()


def test_a_migrate_may_alter_a_column():
    title = Room._meta.get_field("title")
    longer = title.clone()
    longer.max_length *= 2
    longer.set_attributes_from_name("title")
    for old, new in ((title, longer), (longer, title)):
        with connection.schema_editor() as editor:
            editor.alter_field(Room, old, new)


def test_a_migrate_with_nothing_to_do_loosens_nothing():
    before = present()
    rights_triggers.loosen(connection.alias, apps, plan=[])
    assert present() == before


@on_sqlite
@pytest.mark.parametrize("model", [User, Room, Member, Session, Authenticator, Epoch])
def test_a_table_made_anew_has_its_triggers_again_after_the_migrate(model):
    with connection.schema_editor() as editor:
        editor._remake_table(model)
    assert model._meta.db_table not in present().values(), "a new table has no triggers"
    call_command("migrate", verbosity=0)
    assert present().keys() == wanted()


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO django_session SELECT session_key, 'x', expire_date FROM django_session",
        "REPLACE INTO accounts_user SELECT * FROM accounts_user",
        "REPLACE INTO chat_room SELECT * FROM chat_room",
        "REPLACE INTO chat_member SELECT * FROM chat_member",
        "REPLACE INTO chat_epoch SELECT id, 'x' FROM chat_epoch",
        "UPDATE OR REPLACE accounts_user SET id = 1 WHERE id = 2",
    ],
)
def test_a_row_that_is_replaced_counts(log_in, statement):
    for pk in (1, 2):
        log_in(UserFactory(pk=pk))
    MemberFactory()
    Epoch.current()
    before = Rights.current()
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount
    assert Rights.current() > before
