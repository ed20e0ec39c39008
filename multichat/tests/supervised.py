"""A small site for the tests of the supervisor, as a process of its own.

`python -m multichat.tests.supervised COUNT` listens on a free port of the loopback, says on stdout
which, and runs so many processes, each of which serves its process id over HTTP.
"""

import os
import sys
import time

from django.conf import settings

settings.configure(MAX_CONNECTIONS=100, CHAT_FRAME_MAX_BYTES=1000)

from multichat.server import Supervisor, inherit, listen, serve  # noqa: E402
from multichat.server.supervisor import tell_ready  # noqa: E402


async def tell_pid(scope, receive, send):
    body = str(os.getpid()).encode()
    length = str(len(body)).encode()
    start = {"type": "http.response.start", "status": 200}
    await send({**start, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


def main(count, *inherited):
    if not inherited:
        listening = listen("127.0.0.1", 0)
        port = listening[0].getsockname()[1]
        Supervisor(int(count), listening).run(lambda: print("ready", port, flush=True))
        return
    if os.path.exists(os.environ["BROKEN"]):
        sys.exit(3)
    time.sleep(float(os.environ.get("START_SECONDS", "0")))
    numbers = [int(option.partition("=")[2]) for option in inherited]
    listening, line = (inherit(number) for number in numbers)
    serve(tell_pid, [listening], lambda: tell_ready(line), line)


main(*sys.argv[1:])
