import pytest

from multichat.proxies import TrustedProxies

FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"


async def seen(hops, *headers, kind="http", scheme="http"):
    """Return the client's address and the scheme that the application sees."""
    found = {}

    async def application(scope, receive, send):
        found.update(scope)

    scope = {
        "type": kind,
        "client": ["10.0.0.1", 5000],
        "scheme": scheme,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    before = dict(scope)
    await TrustedProxies(application, hops)(scope, None, None)
    assert scope == before  # the server's own is left alone
    return found["client"][0], found["scheme"]


@pytest.mark.parametrize(
    ("hops", "headers", "expected"),
    [
        # none is trusted: whatever is said is not believed
        (0, [], ("10.0.0.1", "http")),
        (0, [(FOR, "1.1.1.1"), (PROTO, "https")], ("10.0.0.1", "http")),
        # one
        (1, [(FOR, "1.1.1.1"), (PROTO, "https")], ("1.1.1.1", "https")),
        (1, [(FOR, "6.6.6.6, 1.1.1.1"), (PROTO, "https")], ("1.1.1.1", "https")),
        (1, [(FOR, "6.6.6.6"), (FOR, "1.1.1.1")], ("1.1.1.1", "http")),
        (1, [(PROTO, "https, http")], ("10.0.0.1", "http")),
        (1, [(PROTO, "http, https")], ("10.0.0.1", "https")),
        # two
        (2, [(FOR, "1.1.1.1, 2.2.2.2"), (PROTO, "https, http")], ("1.1.1.1", "https")),
        (2, [(FOR, "6.6.6.6,1.1.1.1,2.2.2.2")], ("1.1.1.1", "http")),
        (2, [(FOR, "6.6.6.6"), (FOR, "1.1.1.1"), (FOR, "2.2.2.2")], ("1.1.1.1", "http")),
        # the inner proxy replaces the scheme instead of appending to it
        (2, [(FOR, "1.1.1.1, 2.2.2.2"), (PROTO, "https")], ("1.1.1.1", "https")),
        # somebody who came past the outer proxy is nobody whom it has seen
        (2, [(FOR, "1.1.1.1")], ("10.0.0.1", "http")),
        # nonsense
        (1, [], ("10.0.0.1", "http")),
        (1, [(FOR, ""), (PROTO, "")], ("10.0.0.1", "http")),
        (1, [(FOR, " , "), (PROTO, "gopher")], ("10.0.0.1", "http")),
        (1, [(FOR, " 1.1.1.1 ,"), (PROTO, " https ")], ("1.1.1.1", "https")),
        (1, [(FOR, "unknown")], ("10.0.0.1", "http")),
        (1, [(FOR, "1.1.1.1, junk")], ("10.0.0.1", "http")),
        # some proxies write the port as well
        (1, [(FOR, "1.1.1.1:4321")], ("1.1.1.1", "http")),
        (1, [(FOR, "[2001:db8::1]:4321")], ("2001:db8::1", "http")),
        (1, [(FOR, "2001:db8::1")], ("2001:db8::1", "http")),
        (1, [(FOR, "1.1.1.1; DROP")], ("10.0.0.1", "http")),
        # some write the port as well
        (1, [(FOR, "1.1.1.1:4711")], ("1.1.1.1", "http")),
        (1, [(FOR, "[2001:db8::1]:4711")], ("2001:db8::1", "http")),
        (1, [(FOR, "[2001:db8::1]")], ("2001:db8::1", "http")),
        (1, [("x-forwarded-host", "evil.example")], ("10.0.0.1", "http")),
    ],
)
async def test_as_many_hops_are_believed_as_are_trusted(hops, headers, expected):
    assert await seen(hops, *headers) == expected


@pytest.mark.parametrize(("proto", "scheme"), [("https", "wss"), ("http", "ws")])
async def test_a_sockets_scheme_is_the_sockets_own(proto, scheme):
    found = await seen(1, (FOR, "1.1.1.1"), (PROTO, proto), kind="websocket", scheme="ws")
    assert found == ("1.1.1.1", scheme)


async def test_other_scopes_pass_untouched():
    reached = []

    async def application(scope, receive, send):
        reached.append(scope)

    scope = {"type": "lifespan"}
    await TrustedProxies(application, 1)(scope, None, None)
    assert reached == [scope]
