"""Who gets a socket, from where, and what it says first."""

import pytest
from websockets.exceptions import InvalidStatus

from wire.client import Client

HANDSHAKES = pytest.mark.usefixtures("undisturbed")
NOT_LOGGED_IN, TOO_MANY_SOCKETS = 4401, 4409
NOT_WEBSOCKET, NO_WORD, NOT_UTF8 = 1002, 1006, 1007


async def test_hello_says_who_one_is(chat):
    ada, eve = chat.person("ada"), chat.person("eve", is_staff=True)
    for person, is_staff in ((ada, False), (eve, True)):
        hello = (await chat.connect(person)).hello
        user = {"id": person.id, "username": person.username, "is_staff": is_staff}
        assert hello["user"] == user


async def test_hello_lists_by_title_the_rooms_that_the_person_may_see(chat):
    chat.rooms("Badger", "Aardvark")
    chat.room("Cheetah", access="staff")
    chat.room("Dingo", access="superusers")
    ours = {
        title: f"{title} {chat.number:04}" for title in ("Aardvark", "Badger", "Cheetah", "Dingo")
    }
    everybody = [ours["Aardvark"], ours["Badger"]]
    seen = {
        chat.person("ada"): everybody,
        chat.person("eve", is_staff=True): [*everybody, ours["Cheetah"]],
        chat.person("root", is_superuser=True): list(ours.values()),
    }
    for person, titles in seen.items():
        rooms = (await chat.connect(person)).hello["rooms"]
        assert [room["title"] for room in rooms if room["title"] in ours.values()] == titles


async def test_a_summary_in_hello_tells_of_the_room(chat):
    room = chat.room("Tea", locked=True, access="staff")
    eve = chat.person("eve", is_staff=True)
    inside = await chat.enter(eve, room)
    await inside.send(room.id, "hello")
    (summary,) = [
        summary
        for summary in (await chat.connect(eve)).hello["rooms"]
        if summary["room"] == room.id
    ]
    assert summary == {
        **summary,
        "title": room.title,
        "url": room.url,
        "access": "staff",
        "locked": True,
        "posting": "everyone",
        "can_send": True,  # staff
        "why_not": None,
        "slow": 0,
        "moderator": True,
        "version": 1,
        "unread": 0,
        "mentions": 0,
        "online": 1,
    }


async def test_hello_says_the_limits(chat):
    limits = (await chat.connect(chat.person())).hello["limits"]
    settings = {
        "message_max_length": 4000,
        "frame_max_bytes": 65536,
        "rooms_per_socket": int(chat.site.settings["CHAT_ROOMS_PER_SOCKET"]),
    }
    assert limits == {**limits, **settings}


async def test_the_epoch_of_hello_is_that_of_join(chat):
    ada, room = chat.person(), chat.room()
    client = await chat.connect(ada)
    assert client.hello["epoch"] == (await client.join(room.id))["epoch"]


async def test_a_ping_is_answered(chat):
    client = await chat.connect(chat.person())
    assert (await client.command("ping", ref="a"))["type"] == "pong"
    await client.tell("ping")
    await client.expect("pong")


async def let_in(chat, person):
    """Whether the person gets a `hello`; otherwise they must have got 4401."""
    client = await chat.connect(person)
    if client.hello is None:
        assert await client.close_code() == NOT_LOGGED_IN
    return client.hello is not None


@HANDSHAKES
async def test_who_is_not_logged_in_is_closed_with_4401(chat):
    assert await let_in(chat, chat.person())
    assert not await let_in(chat, None)
    nobody = await chat.connect(cookie="nosuchsession")
    assert nobody.hello is None
    assert await nobody.close_code() == NOT_LOGGED_IN


@HANDSHAKES
@pytest.mark.parametrize(
    "end",
    [
        lambda outside, ada: outside.change("user", ada, is_active=False),
        lambda outside, ada: outside.end_session(ada.cookie),
        lambda outside, ada: outside.expire_session(ada.cookie),
        lambda outside, ada: outside.change_password(ada),
        lambda outside, ada: outside.remove("user", ada),
    ],
    ids=["deactivated", "logged out", "expired", "new password", "deleted"],
)
async def test_an_ended_session_is_closed_with_4401(chat, end):
    ada = chat.person()
    assert await let_in(chat, ada)
    end(chat.outside, ada)
    assert not await let_in(chat, ada)


@HANDSHAKES
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:{port}", "127.0.0.1:{port}"),  # SITE_URL's
        ("https://trusted.example.com:8443", "127.0.0.1:{port}"),  # CSRF_TRUSTED_ORIGINS'
        ("http://127.0.0.1:{port}", "127.0.0.1:{port}"),  # the request's own
        ("http://chat.example.com:{port}", "chat.example.com:{port}"),
        ("http://chat.example.com:4567", "chat.example.com:4567"),
        ("http://chat.example.com", "chat.example.com"),
    ],
)
async def test_the_site_s_own_origins_are_let_in(chat, origin, host):
    assert upgraded(chat, origin, host) == 101


@HANDSHAKES
@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "127.0.0.1:{port}"),
        ("null", "127.0.0.1:{port}"),
        ("http://evil.example.com", "127.0.0.1:{port}"),
        ("http://evil.example.com:{port}", "127.0.0.1:{port}"),
        ("http://evil.example.com:{port}", "evil.example.com:{port}"),  # not an allowed host
        ("http://localhost", "127.0.0.1:{port}"),  # without the port
        ("http://localhost:1", "127.0.0.1:{port}"),
        ("https://localhost:{port}", "127.0.0.1:{port}"),  # another scheme
        ("https://trusted.example.com", "127.0.0.1:{port}"),
        ("http://trusted.example.com:8443", "127.0.0.1:{port}"),
        ("http://evil.example.com/http://localhost:{port}", "127.0.0.1:{port}"),
        ("http://chat.example.com:{port}", "127.0.0.1:{port}"),  # allowed, but not this request's
        ("http://127.0.0.1:1", "127.0.0.1:{port}"),
        ("https://chat.example.com:{port}", "chat.example.com:{port}"),
    ],
)
async def test_another_origin_gets_403(chat, origin, host):
    assert upgraded(chat, "http://localhost:{port}", "127.0.0.1:{port}") == 101
    assert upgraded(chat, origin, host) == 403


@HANDSHAKES
@pytest.mark.parametrize(
    "origin",
    [
        "",
        "http://localhost:{port}.evil.example.com",
        "http://localhost:{port}:{port}",
        "http://localhost:port",
        "http://[::1",
        "localhost:{port}",
        "http://",
        "http://localhost:{port}/@evil.example.com",
        "http://evil.example.com@localhost:{port}",
        "http://localhost:99999",
    ],
)
async def test_what_is_no_origin_is_refused(chat, origin):
    """Daphne's own parser says 400 to some of them before the site is asked."""
    assert upgraded(chat, "http://localhost:{port}", "127.0.0.1:{port}") == 101
    assert upgraded(chat, origin, "127.0.0.1:{port}") in (400, 403)


def upgraded(chat, origin, host):
    """Return the status that a logged-in person's handshake from an origin gets."""
    port = chat.site.port
    return chat.site.handshake(
        "/chat/stream/",
        Host=host.format(port=port),
        Origin=None if origin is None else origin.format(port=port),
        Cookie=f"sessionid={chat.person().cookie}",
    )


@HANDSHAKES
@pytest.mark.parametrize("path", ["/", "/chat/", "/chat/stream", "/chat/stream/1/", "/ws/%00/"])
async def test_an_unknown_path_is_refused(chat, path):
    """And the log of the server has no traceback, as after every test."""
    ada = chat.person()
    with pytest.raises(InvalidStatus) as refusal:
        await Client.connect(
            chat.site.socket_url + path, origin=chat.site.origin, cookie=ada.cookie
        )
    assert refusal.value.response.status_code in (403, 404)


async def test_one_socket_too_many_closes_the_oldest_with_4409(chat):
    ada, most = chat.person(), int(chat.site.settings["CHAT_SOCKETS_PER_USER"])
    sockets = [await chat.connect(ada) for _ in range(most)]
    for socket in sockets:
        assert (await socket.command("ping"))["type"] == "pong"
    sockets.append(await chat.connect(ada))
    assert await sockets[0].close_code() == TOO_MANY_SOCKETS
    for socket in sockets[1:]:
        assert (await socket.command("ping"))["type"] == "pong"


async def test_a_frame_that_is_not_utf8_closes_with_1007(chat):
    client = await chat.connect(chat.person())
    await client.socket.send(b'{"command": "ping", "ref": "\xff"}', text=True)
    assert await client.close_code() == expected(NOT_UTF8, chat.site)
    chat.site.overlook("ERROR:    Invalid UTF-8 sequence received from client.")  # uvicorn's own


async def test_bytes_that_are_no_websocket_close_with_1002(chat):
    client = await chat.connect(chat.person())
    client.socket.transport.write(b"\xf3\x80\x00\x00\x00\x00")  # reserved bits and opcode
    assert await client.close_code() == expected(NOT_WEBSOCKET, chat.site)


def expected(code, site):
    """Bare daphne has autobahn drop such a connection without a word, and has no switch for it."""
    return NO_WORD if site.server == "daphne" else code
