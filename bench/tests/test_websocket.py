import pytest
from websockets.frames import Frame
from websockets.server import ServerProtocol
from websockets.streams import StreamReader

from bench.websocket import PONG, TEXT, frame, handshake, split

from .frames import server_frame


def test_a_server_accepts_the_handshake():
    server = ServerProtocol()
    server.receive_data(handshake(8000, "/chat/stream/", {"Cookie": "sessionid=abc"}))
    (request,) = server.events_received()
    assert request.path == "/chat/stream/"
    assert request.headers["Cookie"] == "sessionid=abc"
    assert server.accept(request).status_code == 101


@pytest.mark.parametrize("size", [0, 1, 125, 126, 1000, 65535])
@pytest.mark.parametrize("opcode", [TEXT, PONG])
def test_a_server_reads_the_frames(size, opcode):
    if opcode == PONG and size > 125:
        return
    reader = StreamReader()
    reader.feed_data(frame(b"x" * size, opcode))
    reader.feed_eof()
    parsing = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as read:
        next(parsing)
    assert (read.value.value.opcode, read.value.value.data) == (opcode, b"x" * size)


@pytest.mark.parametrize("sizes", [[0], [125, 126, 127], [65535, 65536, 3]])
def test_whole_frames_are_split(sizes):
    payloads = [bytes([65 + number]) * size for number, size in enumerate(sizes)]
    data = b"".join(map(server_frame, payloads))
    assert [data[body:end] for _, body, end in split(data)] == payloads


@pytest.mark.parametrize("size", [3, 200, 70000])
def test_a_frame_that_is_not_whole_yet_is_left(size):
    whole, cut = server_frame(b"first"), server_frame(b"x" * size)
    for length in (1, 2, 3, len(cut) - 1):
        assert [end for _, _, end in split(whole + cut[:length])] == [len(whole)]


@pytest.mark.parametrize("data", [b"\x01\x03abc", b"\xc1\x03abc", b"\x81\x83\0\0\0\0abc"])
def test_what_no_server_sends_is_refused(data):
    with pytest.raises(ValueError, match="no plain WebSocket frame"):
        list(split(data))
