import pytest
from channels.testing import WebsocketCommunicator

from multichat.origins import SameOrigin, is_allowed

OWN = {"host": "chat.example.com", "scheme": "wss"}


@pytest.fixture(autouse=True)
def site(settings):
    settings.ALLOWED_HOSTS = ["chat.example.com", "localhost", "[::1]", ".team.example"]
    settings.CSRF_TRUSTED_ORIGINS = [
        "https://chat.example.com",
        "https://*.partner.example",
        "http://tools.example:8080",
    ]


def scope_of(*origins, host="chat.example.com", scheme="wss"):
    headers = [(b"origin", origin.encode("latin-1")) for origin in origins]
    headers += [(b"host", host.encode("latin-1"))] if host is not None else []
    return {"type": "websocket", "headers": headers, **({"scheme": scheme} if scheme else {})}


@pytest.mark.parametrize(
    ("origin", "request_is"),
    [
        # its own
        ("https://chat.example.com", {}),
        ("https://chat.example.com:443", {}),
        ("HTTPS://Chat.Example.COM", {}),
        ("https://chat.example.com", {"host": "chat.example.com:443"}),
        ("https://chat.example.com", {"host": "CHAT.example.com"}),
        # the one that it was asked by
        ("http://localhost", {"host": "localhost", "scheme": "ws"}),
        ("http://localhost:80", {"host": "localhost", "scheme": "ws"}),
        ("http://localhost:8000", {"host": "localhost:8000", "scheme": "ws"}),
        ("http://localhost:8000", {"host": "localhost:8000", "scheme": None}),
        ("http://[::1]:8000", {"host": "[::1]:8000", "scheme": "ws"}),
        ("https://a.team.example", {"host": "a.team.example"}),
        # trusted ones, wherever the request went
        ("https://chat.example.com", {"host": "localhost", "scheme": "ws"}),
        ("https://a.partner.example", {}),
        ("https://a.b.partner.example", {}),
        ("http://tools.example:8080", {}),
        ("http://tools.example:8080", {"host": "elsewhere.example"}),
    ],
)
def test_the_sites_own_pages_open_sockets(origin, request_is):
    assert is_allowed(scope_of(origin, **request_is))


@pytest.mark.parametrize(
    ("origin", "request_is"),
    [
        ("", {}),
        ("null", {}),
        ("*", {}),
        ("chat.example.com", {}),
        ("https://", {}),
        ("//chat.example.com", {}),
        # another scheme, port or host
        ("http://chat.example.com", {}),
        ("https://chat.example.com:8443", {}),
        ("http://chat.example.com:443", {}),
        ("ws://chat.example.com", {"scheme": "ws"}),
        ("https://example.com", {}),
        ("https://chat.example.com.evil.example", {}),
        ("https://evilchat.example.com", {}),
        ("https://a.chat.example.com", {}),
        ("http://localhost:8001", {"host": "localhost:8000", "scheme": "ws"}),
        ("https://localhost", {"host": "localhost", "scheme": "ws"}),
        ("http://localhost", {"host": "localhost", "scheme": "wss"}),
        ("http://tools.example", {}),
        ("https://tools.example:8080", {}),
        ("http://a.partner.example", {}),
        ("https://a.partner.example:8443", {}),
        ("https://evilpartner.example", {}),
        # its own host, which is none that is allowed
        ("https://evil.example", {"host": "evil.example"}),
        ("https://evil.example", {"host": ""}),
        ("https://localhost", {"host": None}),
        ("http://127.0.0.1", {"host": "127.0.0.1", "scheme": "ws"}),
        # more than an origin
        ("https://chat.example.com/", {}),
        ("https://chat.example.com/a", {}),
        ("https://chat.example.com?a", {}),
        ("https://chat.example.com#a", {}),
        ("https://a@chat.example.com", {}),
        ("https://chat.example.com@evil.example", {}),
        ("https://chat.example.com https://evil.example", {}),
        ("https://evil.example, https://chat.example.com", {}),
        (" https://chat.example.com", {}),
        ("https://chat.example.com\t", {}),
        ("https://chat.exa\nmple.com", {}),
        # broken
        ("https://chat.example.com:port", {}),
        ("https://chat.example.com:99999", {}),
        ("https://[::1", {}),
        ("https://\xff", {}),
        ("https://localhost", {"host": "localhost:port"}),
        ("https://localhost", {"host": "a@localhost"}),
    ],
)
def test_no_other_page_opens_a_socket(origin, request_is):
    assert not is_allowed(scope_of(origin, **request_is))


def test_a_handshake_has_one_origin():
    own = "https://chat.example.com"
    assert is_allowed(scope_of(own))
    assert not is_allowed(scope_of())
    assert not is_allowed(scope_of(own, own))
    assert not is_allowed(scope_of("https://evil.example", own))


@pytest.mark.parametrize(
    ("origin", "answer"), [("http://localhost", True), ("http://evil.example", False)]
)
async def test_a_handshake_from_elsewhere_never_reaches_the_application(origin, answer):
    reached = []

    async def application(scope, receive, send):
        reached.append(scope["path"])
        await receive()
        await send({"type": "websocket.accept"})

    headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
    wire = WebsocketCommunicator(SameOrigin(application), "/chat/stream/", headers)
    accepted, _ = await wire.connect()
    assert accepted is answer
    assert reached == (["/chat/stream/"] if answer else [])
    await wire.disconnect()
