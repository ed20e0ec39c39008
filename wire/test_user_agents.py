"""What calls itself something strange is noted in the list of sessions, or left out, and served."""

import socket

import pytest


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request, start_site):
    return start_site("serve", request.param)


@pytest.mark.parametrize(
    "name", [b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"x" * 5000, b"", b"\x1b[31m", b"%s%n"]
)
def test_a_browser_may_call_itself_anything(site, name):
    ada = site.outside.person(f"ada-{name.hex()[:20]}")
    lines = [
        b"GET /jsi18n/ HTTP/1.1",
        b"Host: 127.0.0.1:%d" % site.port,
        b"Cookie: sessionid=%s" % ada.cookie.encode(),
        b"User-Agent: " + name,
        b"Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", b""]))
        status = connection.makefile("rb").readline()
    assert status.split()[1] == (b"400" if b"\x00" in name else b"200")
