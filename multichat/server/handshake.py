"""The opening handshake of a WebSocket (RFC 6455, section 4.2), from a request that is parsed
already: daphne writes it out again, for autobahn to parse a second time."""

import binascii
import hashlib
from base64 import b64decode, b64encode
from http import HTTPStatus
from urllib.parse import unquote

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class HandshakeError(Exception):
    """A request for a WebSocket that is none; the text says why, for a programmer."""


def read_handshake(request):
    """Return the ASGI scope of the WebSocket that a Twisted request asks for, and its key.

    Raises HandshakeError.
    """
    headers = [
        (name.lower(), value)
        for name, values in request.requestHeaders.getAllRawHeaders()
        if b"_" not in name  # which CGI's naming would take for a hyphen
        for value in values
    ]
    key = read_key(request, headers)
    try:
        path = unquote(request.path.decode("ascii"))
    except UnicodeDecodeError:
        raise HandshakeError("The path is not ASCII.") from None
    peer, host = request.client, request.host
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": request.path,
        "query_string": request.uri.partition(b"?")[2],
        "root_path": "",
        "headers": headers,
        "client": [peer.host, peer.port],
        "server": [host.host, host.port],
        "subprotocols": [
            word.decode("latin-1") for word in words(headers, b"sec-websocket-protocol")
        ],
    }
    return scope, key


def read_key(request, headers):
    """Return the one Sec-WebSocket-Key of a request that is a handshake. Raises HandshakeError."""
    if request.method != b"GET" or request.clientproto != b"HTTP/1.1":
        raise HandshakeError("A WebSocket is asked for by GET and HTTP/1.1.")
    if b"upgrade" not in [word.lower() for word in words(headers, b"connection")]:
        raise HandshakeError("Connection: Upgrade is missing.")
    if words(headers, b"sec-websocket-version") != [b"13"]:
        raise HandshakeError("Only version 13 of the WebSocket protocol is spoken here.")
    if words(headers, b"transfer-encoding") or words(headers, b"content-length") not in (
        [],
        [b"0"],
    ):
        raise HandshakeError("A handshake has no body: where it ends is not to be argued about.")
    if sum(name == b"host" for name, _ in headers) != 1:
        raise HandshakeError("There has to be one Host.")
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    try:
        fits = [len(b64decode(key, validate=True)) for key in keys] == [16]
    except binascii.Error:
        fits = False
    if not fits:
        raise HandshakeError("There has to be one Sec-WebSocket-Key, of 16 bytes.")
    return keys[0]


def words(headers, name):
    """Return the entries of a header that is a list, from all its lines."""
    lines = b",".join(value for key, value in headers if key == name)
    return [word for word in map(bytes.strip, lines.split(b",")) if word]


def acceptance(key, subprotocol, headers):
    """Return the HTTP answer that opens a WebSocket; headers are pairs of bytes."""
    # RFC 6455 has the key hashed so that no cache answers; SHA-1's weakness does not matter here.
    accept = b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest())
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + accept,
    ]
    if subprotocol:
        lines.append(b"Sec-WebSocket-Protocol: " + subprotocol.encode("latin-1"))
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", b""])


def denial(status, headers=()):
    """Return the HTTP answer, without a body, that ends a handshake: 403 or another status; headers
    are pairs of bytes."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), b"Content-Length: 0"]
    lines += [name + b": " + value for name, value in headers if name.lower() != b"content-length"]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])
