"""As much of RFC 6455 as a load client needs: the handshake, frames out, frames in."""

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
HEAD_END = b"\r\n\r\n"
MASKED = 0x80


def handshake(port, path, headers):
    """Return the bytes of an opening request; headers: {name: value} beside the usual."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(payload, opcode=TEXT):
    """Return the bytes of one frame from a client, at most 64 KiB.

    The mask that every client's frame must have is 0, which leaves the payload as it is: masking is
    the load client's work, and none that the server is spared.
    """
    size = len(payload)
    if size < 126:
        return bytes([0x80 | opcode, MASKED | size, 0, 0, 0, 0]) + payload
    head = bytes([0x80 | opcode, MASKED | 126]) + size.to_bytes(2)
    return head + b"\0\0\0\0" + payload


def split(data):
    """Yield (opcode, payload's start, end) of each whole frame in bytes that begin with one.

    Raises ValueError for what no server of a text protocol sends: fragments, masks, extensions.
    """
    start, size = 0, len(data)
    while size - start >= 2:
        first, length = data[start], data[start + 1]
        body = start + 2
        if first & 0xF0 != 0x80 or length & MASKED:
            raise ValueError(f"no plain WebSocket frame: {data[start : start + 40]!r}")
        if length == 126:
            body, length = body + 2, int.from_bytes(data[body : body + 2])
        elif length == 127:
            body, length = body + 8, int.from_bytes(data[body : body + 8])
        end = body + length
        if body > size or end > size:
            return
        yield first & 0x0F, body, end
        start = end
