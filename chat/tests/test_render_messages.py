"""`manage.py render_messages`."""

from io import StringIO

import pytest
from django.core.management import call_command

from chat.factories import MessageFactory
from chat.management.commands import render_messages
from chat.markdown import RENDERER_VERSION, render
from chat.models import Feed, Message

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("render_messages", *arguments, stdout=out)
    return out.getvalue().strip()


def stale(**fields):
    return MessageFactory(html="<p>old</p>", renderer=RENDERER_VERSION - 1, **fields)


def test_what_another_renderer_made_is_rendered_anew():
    message = stale(text="**new**")
    assert run() == "Rendered 1 message."
    message.refresh_from_db()
    assert message.html == render("**new**")
    assert message.renderer == RENDERER_VERSION
    assert run() == "Rendered 0 messages."


def test_what_this_renderer_made_is_left_alone_unless_all_are_asked_for():
    message = MessageFactory(text="hello", html="<p>by hand</p>")
    run()
    message.refresh_from_db()
    assert message.html == "<p>by hand</p>"
    assert run("--all") == "Rendered 1 message."
    message.refresh_from_db()
    assert message.html == render("hello")


def test_a_deleted_message_stays_empty():
    message = stale(text="gone", deleted=True)
    Message.objects.update(html="")
    assert run("--all") == "Rendered 0 messages."
    message.refresh_from_db()
    assert message.html == ""


def test_every_batch_has_its_turn(monkeypatch):
    monkeypatch.setattr(render_messages, "BATCH", 2)
    room = stale().room
    for _ in range(4):
        stale(room=room)
    assert run() == "Rendered 5 messages."
    assert set(Message.objects.values_list("renderer", flat=True)) == {RENDERER_VERSION}


def test_rendering_anew_is_no_change_of_the_room(rung):
    message = stale()
    feed = Feed.objects.get(room=message.room)
    run()
    assert Feed.objects.get(room=message.room).version == feed.version
    assert Message.objects.get().version == message.version
    assert Message.objects.get().edited_at is None
    assert rung == []


def test_an_edit_meanwhile_keeps_its_own_html(monkeypatch):
    message = stale(text="before")

    def render_slowly(text):
        Message.objects.filter(pk=message.pk).update(
            text="after", html=render("after"), renderer=RENDERER_VERSION
        )
        return render(text)

    monkeypatch.setattr(render_messages, "render", render_slowly)
    assert run() == "Rendered 0 messages."
    message.refresh_from_db()
    assert message.html == render("after")


def test_a_delete_meanwhile_stays_a_delete(monkeypatch):
    message = stale(text="before")

    def render_slowly(text):
        # A tombstone that had kept its text would be the harder case.
        Message.objects.filter(pk=message.pk).update(deleted=True, html="")
        return render(text)

    monkeypatch.setattr(render_messages, "render", render_slowly)
    assert run() == "Rendered 0 messages."
    message.refresh_from_db()
    assert message.html == ""
