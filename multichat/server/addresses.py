"""Where the site can be reached: the sockets that listen."""

import socket

# Connections that the kernel keeps until they are accepted: after a restart, everybody comes back
# within seconds. The kernel has a bound of its own (net.core.somaxconn).
BACKLOG = 2048


class AddressError(Exception):
    """Nothing can be served there; the text says why, for a person."""


def listen(host, port):
    """Return sockets that listen on the addresses of a host name: localhost has two.

    Raises AddressError when there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise AddressError(
            f"HOST={host} is no address of this machine: {error.strerror}."
        ) from None
    sockets, failure = [], None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            sockets.append(bind(address, family))
        except OSError as error:  # a machine may name ::1 and have no IPv6
            failure = failure or error
    if not sockets:
        raise AddressError(
            f"{host}:{port} cannot be listened on: {failure.strerror}. "
            "PORT=8001 names another port, HOST another address."
        )
    return sockets


def bind(address, family):
    """Return a socket that listens there; `::` takes IPv4 too, where the machine can."""
    both = address[0] == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)


def inherit(number):
    """Return the socket of a file descriptor that was inherited from the process before."""
    inherited = socket.socket(fileno=number)
    inherited.set_inheritable(False)
    return inherited
