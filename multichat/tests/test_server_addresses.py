import socket

import pytest

from multichat.server import AddressError, listen


def found(*pairs):
    """What the look-up of a name gives, for (family, address) pairs."""
    more = {socket.AF_INET: (1,), socket.AF_INET6: (1, 0, 0)}
    return [(family, 1, 6, "", (address, *more[family])) for family, address in pairs]


@pytest.fixture
def look_up(monkeypatch):
    """A function that gives every name these addresses, and returns a dict for the broken ones."""
    broken = {}

    def look_up(*pairs):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found(*pairs))
        monkeypatch.setattr(socket, "create_server", bind)
        return broken

    def bind(address, **options):
        if address[0] in broken:
            raise OSError(1, broken[address[0]])
        return address[0], options["dualstack_ipv6"]

    return look_up


def test_a_name_is_served_on_every_address_it_has(look_up):
    look_up((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.1"))
    assert listen("localhost", 1) == [("::1", False), ("127.0.0.1", False)]


def test_every_address_of_version_6_stands_for_those_of_version_4(look_up, monkeypatch):
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: True)
    look_up((socket.AF_INET6, "::"))
    assert listen("::", 1) == [("::", True)]
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    assert listen("::", 1) == [("::", False)]


def test_an_address_that_the_machine_only_names_is_left_out(look_up):
    broken = look_up((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
    broken["::1"] = "Cannot assign requested address"
    assert listen("localhost", 1) == [("127.0.0.1", False)]


def test_where_nothing_can_be_served_a_sentence_says_why(look_up):
    broken = look_up((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
    broken.update({"::1": "Permission denied", "127.0.0.1": "Something else"})
    with pytest.raises(AddressError) as caught:
        listen("localhost", 1)
    assert "localhost:1 cannot be listened on: Permission denied." in str(caught.value)
    assert "PORT" in str(caught.value)


def test_a_name_that_is_none_is_said_to_be(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(AddressError, match=r"HOST=nowhere .* Name or service not known"):
        listen("nowhere", 1)


def test_a_port_that_is_taken_is_said_to_be():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressError, match=rf"{port} cannot be listened on: .*in use"):
            listen("127.0.0.1", port)
    [listening] = listen("127.0.0.1", port)
    with listening, socket.create_connection(("127.0.0.1", port)):
        assert listening.getsockname() == ("127.0.0.1", port)
