"""Bring the stored HTML of messages up to date with the renderer."""

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import ngettext

from chat.markdown import RENDERER_VERSION, render
from chat.models import Message

# Messages in one transaction. On SQLite nobody else writes while it lasts, about 10 ms; the
# rendering itself, about 1 ms for each message, is done before it.
BATCH = 200


class Command(BaseCommand):
    help = (
        "Render anew the messages that another version of the renderer has rendered. "
        "The site may be in use meanwhile."
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="render all messages anew")

    def handle(self, *args, **options):
        messages = Message.objects.filter(deleted=False)
        if not options["all"]:
            messages = messages.exclude(renderer=RENDERER_VERSION)
        rendered = sum(store(batch) for batch in batches(messages))
        sentence = ngettext("Rendered %d message.", "Rendered %d messages.", rendered)
        self.stdout.write(sentence % rendered)


def batches(messages):
    """Yield lists of up to BATCH (id, text) pairs of these messages, by rising id."""
    last = 0
    while batch := list(
        messages.filter(pk__gt=last).order_by("pk").values_list("pk", "text")[:BATCH]
    ):
        yield batch
        last, _ = batch[-1]


def store(batch):
    """Render (id, text) pairs and store the HTML; return how many were still the same.

    It is no change of a room, so no version is taken and nothing is announced: open pages show it
    when they load next. What was edited or deleted since it was read has been rendered by that.
    """
    rendered = [(pk, text, render(text)) for pk, text in batch]
    with transaction.atomic():
        return sum(
            Message.objects.filter(pk=pk, text=text, deleted=False).update(
                html=html, renderer=RENDERER_VERSION
            )
            for pk, text, html in rendered
        )
