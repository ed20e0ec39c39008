"""Rooms on websockets: a text goes to every socket of its room. Usage: ... PORT"""

import asyncio
import json
import sys
from collections import defaultdict

from websockets.asyncio.server import broadcast, serve

rooms = defaultdict(set)


async def talk(socket):
    joined = set()
    try:
        async for data in socket:
            frame = json.loads(data)
            if "join" in frame:
                rooms[frame["join"]].add(socket)
                joined.add(frame["join"])
                await socket.send(json.dumps({"joined": frame["join"]}))
            elif frame["room"] in joined:
                text = json.dumps({"room": frame["room"], "message": frame["message"]})
                broadcast(rooms[frame["room"]], text)
    finally:
        for room in joined:
            rooms[room].discard(socket)


async def main(port):
    async with serve(talk, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
