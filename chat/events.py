"""The doorbell: what one process tells the others after a commit.

The only place that sends to groups.

An event may be lost, late, repeated or out of order: it only makes fast what the hub's sweep finds
out from the database anyway. All go by one permanent handler name, and a kind that a process does
not know is ignored, so that versions of the site can run side by side during a deploy.
"""

import asyncio
import logging

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

SITE_GROUP = "site"
SEND_SECONDS = 2  # a frozen Redis blocks for as long as one lets it

hubs = set()  # those of this process, one per event loop: they hear without the channel layer


def room_group(room_id):
    return f"room.{room_id}"


def announce_change(message):
    """Tell everybody in the message's room of its latest change, once that is committed."""
    from .pages import Change

    change = Change.of(message)

    def announce():
        _ring(room_group(change.room), {"kind": "change", **change.as_event()})

    transaction.on_commit(announce, robust=True)


def announce_rooms():
    """Make every process read anew who may see what, once what is under way is committed."""

    def announce():
        _ring(SITE_GROUP, {"kind": "rooms"})

    transaction.on_commit(announce, robust=True)


def _ring(group, event):
    """Give the event to this process's hubs directly, and to the others over the layer."""
    event["type"] = "hub.event"
    listening = list(hubs)
    for hub in listening:
        hub.loop.call_soon_threadsafe(hub.hear, event)
    if listening:
        hub = listening[0]
        event = {**event, "from": hub.name}
        hub.loop.call_soon_threadsafe(hub.spawn, _send(group, event))
    else:
        async_to_sync(_send)(group, event)


async def _send(group, event):
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await layer.group_send(group, event)
    except Exception as error:
        logger.warning("The channel layer did not take an event: %r", error)
