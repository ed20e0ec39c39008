"""What a client or an admin can meet is in the documents."""

import inspect
import re

import pytest
from django.conf import settings

from chat import frames
from chat.commands import COMMANDS
from chat.exceptions import DETAILS, Close

from .starts import VARIABLES

FRAMES = set(re.findall(r'(?:"type": ?|_presence\()"(\w+)"', inspect.getsource(frames)))
CLOSE_CODES = {str(code) for name, code in vars(Close).items() if name.isupper()}


@pytest.fixture(scope="module")
def words():
    """A function that returns all that stands in backticks in a document."""

    def words(name):
        return re.findall(r"`([^`\n]+)`", (settings.BASE_DIR / "docs" / name).read_text())

    return words


def test_the_lists_are_drawn_from_the_code():
    assert {"hello", "join", "update", "ack", "enter", "exit", "error"} <= FRAMES
    assert len(CLOSE_CODES) >= 3
    assert {"SITE_URL", "CHAT_SWEEP_SECONDS"} <= set(VARIABLES)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_explained_with_its_fields(words, command):
    said = words("protocol.md")
    needed, optional = COMMANDS[command]
    for word in (command, *needed, *optional, "ref"):
        assert word in said


@pytest.mark.parametrize("kind", sorted(FRAMES))
def test_every_frame_is_explained(words, kind):
    assert kind in words("protocol.md")


@pytest.mark.parametrize("code", DETAILS)
def test_every_error_code_is_explained(words, code):
    assert code in words("protocol.md")


@pytest.mark.parametrize("code", sorted(CLOSE_CODES))
def test_every_close_code_is_explained(code):
    assert re.search(rf"\b{code}\b", (settings.BASE_DIR / "docs" / "protocol.md").read_text())


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_explained(words, name):
    assert name in words("settings.md")


def test_no_variable_is_explained_that_does_not_exist(words):
    named = {word for word in words("settings.md") if re.fullmatch(r"[A-Z][A-Z_]{2,}", word)}
    assert named - set(VARIABLES) == set()
