import os
import sqlite3
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command

from multichat.management.commands import prepare

from .starts import HOUSE


def test_a_new_database_gets_tables_and_rooms_and_an_old_one_is_left_alone(tmp_path):
    file = tmp_path / "new.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}", "DEBUG": "1"}

    def run():
        subprocess.run(
            [sys.executable, "-W", "error", "manage.py", "prepare"],
            cwd=HOUSE.parent,
            env=environment,
            check=True,
            timeout=100,
        )

    def rooms(query="SELECT slug FROM chat_room ORDER BY id"):
        with sqlite3.connect(file) as database:
            rows = database.execute(query).fetchall()
        database.close()
        return [slug for (slug,) in rows]

    run()
    assert len(rooms()) == 8
    rooms("DELETE FROM chat_room WHERE slug <> 'lobby'")
    run()
    assert rooms() == ["lobby"]


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("tables", [[], ["chat_room"]])
def test_it_does_what_is_needed(monkeypatch, settings, debug, tables):
    settings.DEBUG = debug
    called = []
    monkeypatch.setattr(prepare.connection.introspection, "table_names", lambda: tables)
    monkeypatch.setattr(prepare, "call_command", lambda *args, **kwargs: called.append(args))
    call_command("prepare", stdout=StringIO())
    assert called == [
        ("migrate",),
        *([] if tables else [("loaddata", "sample_rooms")]),
        *([] if debug else [("collectstatic",)]),
    ]
