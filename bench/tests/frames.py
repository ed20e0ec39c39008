"""Frames as servers send them."""

import json


def server_frame(payload, opcode=1):
    size = len(payload)
    if size < 126:
        return bytes([0x80 | opcode, size]) + payload
    if size < 1 << 16:
        return bytes([0x80 | opcode, 126]) + size.to_bytes(2) + payload
    return bytes([0x80 | opcode, 127]) + size.to_bytes(8) + payload


def message(sender, number, text="Tea?"):
    value = {"type": "message", "message": f"{text} ~{sender}-{number}~"}
    return server_frame(json.dumps(value).encode())


PERSONAL = server_frame(b'{"type":"pong"}')
PONG_PAYLOAD = b"are you there"
