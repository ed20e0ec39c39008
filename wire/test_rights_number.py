"""The rights number, and what moderators do, on PostgreSQL: all that is tested on SQLite, and what
only a database with many writers can get wrong."""

import subprocess
import sys
import threading

import psycopg
import pytest

from wire.backends import BACKENDS, ROOT, environment, manage, postgres_database

SAME = [
    "chat/tests/on_postgresql.py",
    "chat/tests/test_actions_members.py",
    "chat/tests/test_actions_moderation.py",
    "chat/tests/test_actions_moderation_at_once.py",
    "chat/tests/test_actions_pace.py",
    "chat/tests/test_actions_reports.py",
    "chat/tests/test_admin_reports.py",
    "chat/tests/test_models_rights.py",
    "chat/tests/test_models_rights_triggers.py",
    "chat/tests/test_models_standing.py",
]
SOON = "SET lock_timeout = '5s'"  # a statement that waits for somebody fails, and its test with it


@pytest.fixture
def _clean_log():
    """No site runs here."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a migrated database with a room, a person, and sessions."""
    with postgres_database() as address:
        variables = environment(tmp_path_factory.mktemp("rights"), DATABASE_URL=address)
        manage(variables, "migrate", "--verbosity", "0")
        yield address


@pytest.fixture
def connect(address):
    """A function that returns another connection, which begins transactions by itself."""
    connections = []

    def connect(**options):
        connections.append(psycopg.connect(address, **options))
        connections[-1].execute(SOON)
        connections[-1].commit()
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


@pytest.fixture
def site(connect):
    """A connection of a bystander, who commits each statement; a room, a person and 2,000 sessions
    are there."""
    bystander = connect(autocommit=True)
    bystander.execute("TRUNCATE chat_room, accounts_user, django_session, chat_epoch CASCADE")
    bystander.execute("INSERT INTO chat_epoch VALUES (1, 'one')")
    bystander.execute(
        "INSERT INTO chat_room (id, title, slug, description, access, locked, deleting)"
        " VALUES (1, 'Tea', 'tea', '', 'open', false, false)"
    )
    bystander.execute(
        "INSERT INTO accounts_user (id, username, username_key, password, first_name, last_name,"
        " email, is_active, is_staff, is_superuser, date_joined)"
        " VALUES (1, 'anna', 'anna', '!', '', '', '', true, false, false, now())"
    )
    bystander.execute(
        "INSERT INTO django_session SELECT 'key' || n, '', now() FROM generate_series(1, 2000) AS n"
    )
    return bystander


def number(connection):
    return connection.execute("SELECT number FROM chat_rights").fetchone()[0]


def is_staff(connection):
    return connection.execute("SELECT is_staff FROM accounts_user").fetchone()[0]


PROMOTE = "UPDATE accounts_user SET is_staff = true"
LOCK = "UPDATE chat_room SET locked = true"
LOG_OUT = "DELETE FROM django_session WHERE session_key = 'key1'"


def test_all_that_holds_on_sqlite_holds_here(tmp_path):
    with postgres_database() as address:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--ds=multichat.test_settings", *SAME],
            cwd=ROOT,
            env=environment(tmp_path, DATABASE_URL=address),
            capture_output=True,
            text=True,
            timeout=400,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_site_migrates_back_and_forth(tmp_path, backend):
    with BACKENDS[backend](tmp_path) as variables:
        for target in (["chat", "0003"], [], ["chat", "0001"], ["chat", "zero"], []):
            manage(environment(tmp_path, **variables), "migrate", "--verbosity", "0", *target)


@pytest.mark.parametrize("table", ["chat_room", "accounts_user", "django_session", "chat_epoch"])
def test_it_rises_when_a_table_is_emptied(site, table):
    before = number(site)
    site.execute(f"TRUNCATE {table} CASCADE")
    assert number(site) > before


def test_it_and_the_change_are_seen_at_the_same_moment(site, connect):
    before = number(site)
    admin = connect()
    admin.execute(PROMOTE)
    assert (number(site), is_staff(site)) == (before, False)
    admin.commit()
    assert number(site) > before
    assert is_staff(site)


def test_a_long_transaction_holds_nobody_up(site, connect):
    first = number(site)
    admin = connect()
    admin.execute(PROMOTE)
    site.execute(LOG_OUT)
    site.execute(LOCK)
    second = number(site)
    admin.commit()
    assert first < second < number(site)


def test_two_transactions_in_opposite_orders_do_not_wait_in_a_circle(site, connect):
    before = number(site)
    one, two = connect(), connect()
    one.execute(PROMOTE)
    two.execute(LOCK)
    one.execute(LOG_OUT)
    two.execute("UPDATE chat_epoch SET name = 'two'")
    two.commit()
    one.commit()
    assert number(site) > before


def test_a_reader_never_waits_for_it(site, connect):
    before = number(site)
    holder, admin = connect(), connect()
    holder.execute("SELECT FROM chat_rights FOR UPDATE")
    admin.execute(PROMOTE)
    commit = threading.Thread(target=admin.commit)
    commit.start()
    try:
        assert (number(site), is_staff(site)) == (before, False)
        assert commit.is_alive(), "the commit waits for the number"
    finally:
        holder.rollback()
        commit.join(10)
    assert number(site) > before
    assert is_staff(site)


def test_two_commits_at_once_raise_it_twice(site, connect):
    holder, admins = connect(), [connect(), connect()]
    holder.execute("UPDATE chat_rights SET number = number + 1000000000")
    before = number(holder)
    admins[0].execute(PROMOTE)
    admins[1].execute(LOCK)
    commits = [threading.Thread(target=admin.commit) for admin in admins]
    for commit in commits:
        commit.start()
    holder.commit()
    for commit in commits:
        commit.join(10)
    assert number(site) == before + 2


def test_a_transaction_that_changes_much_writes_it_once(site, connect):
    admin = connect()
    admin.execute("DELETE FROM django_session")
    admin.execute(PROMOTE)
    admin.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the commit
    written = admin.execute("SELECT pg_stat_get_xact_tuples_updated('chat_rights'::regclass)")
    assert written.fetchone() == (1,)


def test_it_rises_whatever_schemas_a_session_looks_in(site):
    before = number(site)
    site.execute("SET search_path TO pg_catalog")
    site.execute("UPDATE public.chat_room SET locked = true")
    site.execute("RESET search_path")
    assert number(site) > before
