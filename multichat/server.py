"""The server that `manage.py serve` runs: daphne, on every address of a host name."""

import asyncio
import socket

from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server, twisted_loop

END_SECONDS = 5  # for what runs when the server is told to end


class AddressError(Exception):
    """Nothing can be served there; the text says why, for a person."""


def addresses(host, port):
    """Return the addresses of a host name that can be listened on: localhost has two.

    Raises AddressError when there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressError(
            f"HOST={host} is no address of this machine: {error.strerror}."
        ) from None
    usable, failure = [], None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            socket.create_server(address, family=family).close()
        except OSError as error:  # a machine may name ::1 and have no IPv6
            failure = failure or error
        else:
            usable.append(address[0])
    if not usable:
        raise AddressError(
            f"{host}:{port} cannot be listened on: {failure.strerror}. "
            "PORT=8001 names another port, HOST another address."
        )
    return usable


def ready(server, on_ready):
    """Set what daphne has no option for, once its factories are there."""
    # Answer what is no WebSocket (1002) or no UTF-8 (1007) by a close frame that says so. Origins
    # are left to the site, as daphne leaves them: unsaid, this option goes back to its default.
    server.ws_factory.setProtocolOptions(failByDrop=False, allowNullOrigin=True)
    on_ready()


def serve(application, host, port, on_ready):
    """Serve an ASGI application until SIGINT or SIGTERM; `on_ready()` is called before the first
    request. Raises AddressError."""
    endpoints = [
        endpoint
        for address in addresses(host, port)
        for endpoint in build_endpoint_description_strings(host=address, port=port)
    ]
    server = Server(
        application,
        endpoints=endpoints,
        ready_callable=lambda: ready(server, on_ready),
        server_name="",
        verbosity=0,
    )
    server.run()
    end_tasks(twisted_loop)


def end_tasks(loop):
    """End what still runs on a loop that was stopped, as asyncio.run does: Python 3.11 crashes over
    tasks that its exit finds waiting."""
    if tasks := asyncio.all_tasks(loop):
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.wait(tasks, timeout=END_SECONDS))
