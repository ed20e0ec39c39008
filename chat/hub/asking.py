"""In whose name a database thread does something: the login is asked for each time."""

from chat.exceptions import ClientError, LoggedOut
from chat.models import Rights

TRIES = 3  # to read while the rights stay as they are


def as_user(snapshot, socket, function, args, kwargs):
    """Call the function for the socket's person, if their login holds now. Called in a thread."""
    if not snapshot.at(Rights.current(), [socket.session_key]).user(socket.session_key):
        raise LoggedOut
    return function(socket.person.id, *args, **kwargs)


def as_reader(snapshot, *call):
    """Do the same for what only reads: all of it under the rights that allowed it.

    Raises ClientError("UNAVAILABLE") when the rights change all the time.
    """
    for _ in range(TRIES):
        rights = Rights.current()
        found = as_user(snapshot, *call)
        if Rights.current() == rights:
            return found
    raise ClientError("UNAVAILABLE")
