"""The doorbell: what one process tells the others after a commit.

The only place that sends to groups.

An event may be lost, late, repeated or out of order: it only makes fast what the hub's sweep finds
out from the database anyway. All go by one permanent handler name, and a kind that a process does
not know is ignored, so that versions of the site can run side by side during a deploy.
"""

import asyncio
import logging
from itertools import groupby

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

SITE_GROUP = "site"
SEND_SECONDS = 2  # a frozen Redis blocks for as long as one lets it

hubs = set()  # those of this process, one per event loop: they hear without the channel layer


def room_group(room_id):
    return f"room.{room_id}"


def announce_changes(changes):
    """Tell everybody in the rooms of Changes, which stand room by room, once that is committed."""

    def announce():
        ring(
            (room_group(room_id), {"kind": "changes", "room": room_id, "changes": list(of_room)})
            for room_id, of_room in groupby(changes, key=lambda change: change.room)
        )

    if changes:
        transaction.on_commit(announce, robust=True)


def announce_rooms():
    """Make every process read anew who may see what, once what is under way is committed."""

    def announce():
        ring([(SITE_GROUP, {"kind": "rooms"})])

    transaction.on_commit(announce, robust=True)


def announce_presence(event):
    """Tell every process what one has written of who is present (hub/presence.py), a dict."""
    ring([(SITE_GROUP, {"kind": "presence", **event})])


def ring(pairs):
    """Give events to this process's hubs directly, and to the others over the layer: (group, event)
    pairs."""
    pairs = list(pairs)
    listening = list(hubs)
    for hub in listening:
        hub.loop.call_soon_threadsafe(hub.hear_all, [event for _, event in pairs])
    if isinstance(get_channel_layer(), InMemoryChannelLayer):
        return  # it reaches nobody but them
    if listening:
        hub = listening[0]
        hub.loop.call_soon_threadsafe(hub.doorbell.ring, pairs)
    else:
        async_to_sync(_send_all)(pairs)


async def _send_all(pairs):
    for group, event in pairs:
        await send(group, event, None)


async def send(group, event, name):
    """Send an event to a group over the layer, for all but the hub of this `name`. Return whether
    the layer took it."""
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await layer.group_send(group, {**_as_text(event), "type": "hub.event", "from": name})
    except Exception as error:
        logger.warning("The channel layer did not take an event: %r", error)
        return False
    return True


def _as_text(event):
    """Return the event as the layer can carry it."""
    if "changes" not in event:
        return event
    return {**event, "changes": [change.as_event() for change in event["changes"]]}
