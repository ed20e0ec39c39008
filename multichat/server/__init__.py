"""The server that `manage.py serve` runs: daphne's, with what it has no answer to.

Connections are bounded, in number, size and time; those that are dead are found; ending is orderly;
several processes share a port; and WebSocket frames that are ready go straight to the kernel
(transport.py). The site does without all this under another server.
"""

import logging
import resource

from django.conf import settings

from .addresses import AddressError, inherit, listen
from .lifespan import StartError
from .server import Server
from .supervisor import Supervisor

__all__ = ["AddressError", "StartError", "Supervisor", "inherit", "listen", "serve"]

logger = logging.getLogger(__name__)

OTHER_FILES = 500  # what a process has open beside its connections: databases, Redis, logs


def serve(application, listening, on_ready, line=None):
    """Serve an ASGI application on listening sockets until SIGINT or SIGTERM.

    `on_ready()` is called before the first request. A supervised process has a `line`, a socket
    whose other end is the supervisor's, and ends when that is closed. Raises StartError when the
    application cannot start.
    """
    allow_files(settings.MAX_CONNECTIONS + OTHER_FILES)
    server = Server(
        application,
        listening,
        frame_max_bytes=settings.CHAT_FRAME_MAX_BYTES,
        max_connections=settings.MAX_CONNECTIONS,
    )
    server.run(on_ready, line)


def allow_files(needed):
    """Raise this process's soft limit of open files as far as it may go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if needed > hard != resource.RLIM_INFINITY:
        logger.warning(
            "MAX_CONNECTIONS needs %s open files, and this process may have %s.", needed, hard
        )
        needed = hard
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
