import os
import subprocess
import sys

import pytest

from .starts import HOUSE, VARIABLES, read_environment

# For each variable, values that parse (with what comes of them) and values that do not.
GOOD = {
    "DEBUG": [("1", True), ("true", True), ("no", False)],
    "HOST": [("0.0.0.0", "0.0.0.0"), ("::", "::")],  # noqa: S104
    "PORT": [("1", 1), ("65535", 65535)],
    "MAX_CONNECTIONS": [("1", 1), ("100000", 100000)],
    "SITE_URL": [
        ("https://chat.example.com", "https://chat.example.com"),
        ("https://chat.example.com/", "https://chat.example.com"),
        ("HTTPS://Chat.Example.com:8443", "https://chat.example.com:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
    "ALLOWED_HOSTS": [
        ("a.example", ["a.example"]),
        ("a.example, b.example", ["a.example", "b.example"]),
        ("", []),
    ],
    "CSRF_TRUSTED_ORIGINS": [
        ("https://a.example,http://b.example:81", ["https://a.example", "http://b.example:81"]),
        ("https://*.a.example , https://b.example", ["https://*.a.example", "https://b.example"]),
        ("", []),
    ],
    "TRUSTED_PROXIES": [("0", 0), ("2", 2)],
    "REDIS_URL": [
        ("", ""),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("rediss://u:p@host", "rediss://u:p@host"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
    "SIGN_UP": [("open", "open"), ("invite", "invite"), ("closed", "closed")],
    "STAFF_NEEDS_SECOND_FACTOR": [("true", True), ("0", False)],
    "ROOM_CREATION": [("everyone", "everyone"), ("staff", "staff")],
    "SECRET_KEY": [("k" * 50, "k" * 50)],
    "CHAT_MESSAGE_MAX_LENGTH": [("1", 1), ("100000", 100000)],
    "CHAT_FRAME_MAX_BYTES": [("1024", 1024)],
    "CHAT_ROOMS_PER_SOCKET": [("1", 1)],
    "CHAT_SOCKETS_PER_USER": [("1", 1)],
    "CHAT_SENDS_PER_SECOND": [("0", 0.0), ("0.5", 0.5)],
    "CHAT_SEND_BURST": [("1", 1)],
    "CHAT_COMMANDS_PER_SECOND": [("0", 0.0), ("0.5", 0.5)],
    "CHAT_COMMAND_BURST": [("1", 1)],
    "HANDSHAKES_PER_MINUTE": [("0", 0), ("1", 1)],
    "CHAT_OUTBOX_MAX_BYTES": [("65536", 65536)],
    "CHAT_SWEEP_SECONDS": [("0.05", 0.05), ("60", 60.0)],
    "CHAT_DELETED_TEXT_DAYS": [("0", 0), ("365", 365)],
    "CHAT_PRESENCE_SECONDS": [("2", 2)],
}
BAD = {
    "DEBUG": ["maybe", "2", ""],
    "STAFF_NEEDS_SECOND_FACTOR": ["maybe", "2", ""],
    "ROOM_CREATION": ["", "nobody"],
    "CHAT_DELETED_TEXT_DAYS": ["", "-1", "soon"],
    "HOST": [""],
    "PORT": ["", "http", "0", "65536", "-1", "80.5"],
    "MAX_CONNECTIONS": ["", "many", "0", "-1"],
    "SITE_URL": [
        "",
        "chat.example.com",
        "ftp://a.example",
        "http://",
        "http://:80",
        "http://a.example/chat",
        "http://a.example//",
        "http://a.example?b",
        "http://a.example?",
        "http://a.example#",
        "http://anna@a.example",
        "http://a.example:",
        "http://a.example:0",
        "http://a.example:b",
        "http://a.example:99999",
        "http://[::1",
        "http://a example",
        " http://a.example",
    ],
    "CSRF_TRUSTED_ORIGINS": ["a.example", "https://a.example,b.example"],
    "TRUSTED_PROXIES": ["", "-1", "one"],
    "DATABASE_URL": [
        "",
        "nonsense",
        "mysqlx://a",
        "postgres://h:port/x",
        "mysql://a/b",
        "sqlite://:memory:",
        "postgres://[::1/x",
    ],
    "REDIS_URL": [
        "localhost:6379",
        "http://a.example",
        "redis://[",
        "unix:/run/redis.sock",
        "redis://host:port",
    ],
    "EMAIL_URL": ["", "nonsense", "pigeon://a", "smtp://a:b", "smtp://[a"],
    "SIGN_UP": ["", "Open", "maybe"],
    "CHAT_MESSAGE_MAX_LENGTH": ["", "0", "-1", "x"],
    "CHAT_FRAME_MAX_BYTES": ["", "1023", "64k"],
    "CHAT_ROOMS_PER_SOCKET": ["", "0", "x"],
    "CHAT_SOCKETS_PER_USER": ["", "0", "x"],
    "CHAT_SENDS_PER_SECOND": ["", "-1", "nan", "inf", "x"],
    "CHAT_SEND_BURST": ["", "0", "1.5", "x"],
    "CHAT_COMMANDS_PER_SECOND": ["", "-1", "nan", "inf", "x"],
    "CHAT_COMMAND_BURST": ["", "0", "1.5", "x"],
    "HANDSHAKES_PER_MINUTE": ["", "-1", "1.5", "x"],
    "CHAT_OUTBOX_MAX_BYTES": ["", "65535", "1M"],
    "CHAT_SWEEP_SECONDS": ["", "0", "0.04", "61", "nan", "inf", "x"],
    "CHAT_PRESENCE_SECONDS": ["", "1", "2.5", "x"],
}


def test_every_variable_is_tried_here():
    assert len(VARIABLES) == len(set(VARIABLES))
    assert set(VARIABLES) == GOOD.keys() | BAD.keys() | {"ALLOWED_HOSTS", "SECRET_KEY"}


def test_nothing_needs_to_be_set(monkeypatch):
    found = read_environment(monkeypatch)
    assert (found["DEBUG"], found["HOST"], found["PORT"]) == (False, "localhost", 8000)
    assert found["SITE_URL"] == "http://localhost:8000"
    assert found["DATABASE"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["DATABASE"]["NAME"] == str(found["VAR_DIR"] / "multichat.sqlite3")
    assert found["EMAIL"]["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert (found["REDIS_URL"], found["SIGN_UP"], found["TRUSTED_PROXIES"]) == ("", "open", 0)


def test_the_address_of_the_site_follows_the_port(monkeypatch):
    assert read_environment(monkeypatch, PORT="81")["SITE_URL"] == "http://localhost:81"


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [(name, value, meaning) for name, some in GOOD.items() for value, meaning in some],
)
def test_a_value_that_parses_is_taken(monkeypatch, name, value, meaning):
    assert read_environment(monkeypatch, **{name: value})[name] == meaning


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_value_that_does_not_parse_ends_the_start_with_a_sentence(monkeypatch, name, value):
    with pytest.raises(SystemExit) as caught:
        read_environment(monkeypatch, **{name: value})
    sentence = str(caught.value.code)
    assert sentence.startswith("multichat cannot start: ")
    assert name in sentence
    assert "\n" not in sentence


def test_databases_and_mail_are_named_by_addresses(monkeypatch):
    found = read_environment(
        monkeypatch,
        DATABASE_URL="postgres://u:p@db.example:5433/chat",
        EMAIL_URL="submission://u:p@mail.example",
    )
    assert found["DATABASE"]["ENGINE"] == "django.db.backends.postgresql"
    assert (found["DATABASE"]["HOST"], found["DATABASE"]["PORT"]) == ("db.example", 5433)
    assert (found["EMAIL"]["EMAIL_HOST"], found["EMAIL"]["EMAIL_USE_TLS"]) == ("mail.example", True)


def test_a_start_ends_without_a_traceback():
    """The one time with a process of its own, as a person meets it."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=HOUSE.parent,
        env={**os.environ, "PORT": "http"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        'multichat cannot start: Environment variable "PORT" invalid: Not a valid integer.\n'
    )
