"""A look at the database: who is still logged in, what they may see, how far the rooms are.

Called in a database thread; a few queries, however many people there are.
"""

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from chat.models import Epoch, Room


@dataclass
class View:
    """What was found, for people who were asked for by their session keys."""

    users: dict  # session key -> User, for those who are logged in
    rooms: dict  # user id -> [Room, …] that they may see, by title
    exists: set  # ids of all rooms there are
    epoch: str


def still_logged_in(session_key):
    """Whether a session holds at this moment: asked with each command, as a request would."""
    return bool(get_user_model().objects.of_sessions({session_key}))


def look(session_keys):
    """Return a View for the people of these sessions."""
    users = get_user_model().objects.of_sessions(session_keys)
    people = {user.pk: user for user in users.values()}
    rooms = Room.objects.by_title().visible_to_each(people.values())
    exists = set(Room.objects.filter(deleting=False).values_list("pk", flat=True))
    return View(users, rooms, exists, Epoch.current())
