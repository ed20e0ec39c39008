"""Rooms on aiohttp: a text goes to every socket of its room. Usage: ... PORT"""

import json
import sys
from collections import defaultdict

from aiohttp import web

rooms = defaultdict(set)


async def talk(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    joined = set()
    try:
        async for data in socket:
            frame = json.loads(data.data)
            if "join" in frame:
                rooms[frame["join"]].add(socket)
                joined.add(frame["join"])
                await socket.send_str(json.dumps({"joined": frame["join"]}))
            elif frame["room"] in joined:
                text = json.dumps({"room": frame["room"], "message": frame["message"]})
                for member in list(rooms[frame["room"]]):
                    await member.send_str(text)
    finally:
        for room in joined:
            rooms[room].discard(socket)
    return socket


application = web.Application()
application.router.add_get("/", talk)
web.run_app(application, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
