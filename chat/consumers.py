"""One client's connection: a frame in, the action, the answer out. No queries and no rules here."""

import asyncio
import logging
import math

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from multichat.rates import network_of

from . import actions, frames, pages
from .commands import Command, read_frame
from .exceptions import ClientError, LoggedOut
from .hub import Hub, Socket
from .limits import Pace

logger = logging.getLogger(__name__)

SENDS_AT_ONCE = 64  # of one socket, before its next command is taken


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Carries every room of one client. docs/protocol.md says what goes over it."""

    # The hub listens to the channel layer for all: a consumer that did would die with it.
    channel_layer_alias = None

    socket = None  # what the hub knows this connection by
    command = None  # what is being done
    limited = None  # the ClientError for what came too fast

    async def __call__(self, scope, receive, send):
        """Serve the connection.

        Channels would listen to the server and to a channel at once, in a task for each and a hop
        to a thread for each event: here is no channel to listen to, and no handler leaves a
        database connection behind. However this ends (servers cancel a consumer that takes its
        time), the hub has to forget the socket.
        """
        self.scope, self.base_send, self.sends = scope, send, set()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            if self.socket:
                self.hub.lose(self.socket)
                self.socket.end()

    async def dispatch(self, message):
        """Call the method for an ASGI event."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_connect(self, message):
        await self.connect()  # Channels would join groups first

    async def websocket_disconnect(self, message):
        await self.disconnect(message["code"])  # Channels would hop to a thread after it
        raise StopConsumer

    async def connect(self):
        self.hub = Hub.of_this_loop()
        network = network_of((self.scope.get("client") or [""])[0])
        session_key = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME, "")
        if wait := self.hub.handshakes.wait(network, session_key):
            await self.deny(wait)
            return
        await self.accept()
        transport = self.scope.get("extensions", {}).get("multichat.transport")
        self.socket = Socket(self.base_send, session_key, self.hub.flush, transport)
        self.pace = Pace()
        try:
            await self.hub.let_in(self.socket)
        except ClientError as error:
            self.socket.put(frames.error(error))
            self.socket.close(None)  # the client tries again, as after any loss
        else:
            person = self.socket.person
            self.hub.handshakes.note(network, session_key, person and person.id)

    async def deny(self, wait):
        """Refuse the handshake for so many seconds: with 429 on our own server, with 403 on others
        (uvicorn could say 429, but logs an error each time)."""
        if "multichat.transport" in self.scope.get("extensions", {}):
            headers = [(b"retry-after", b"%d" % math.ceil(wait)), (b"content-length", b"0")]
            start = {"type": "websocket.http.response.start", "status": 429, "headers": headers}
            await self.base_send(start)
            await self.base_send({"type": "websocket.http.response.body", "body": b""})
        else:
            await self.close()

    async def disconnect(self, code):
        """What is being stored is still answered: a server that ends tells of it before it closes
        the connection."""
        if self.socket:
            await self._sends_done()
            self.socket.flush()

    async def receive(self, text_data=None, bytes_data=None):
        await self.socket.room_to_answer()
        if not self.socket.open:
            return
        self.command = None
        self.limited = self.pace.refusal(self.pace.commands.take())
        try:
            if not text_data or len(text_data.encode()) > settings.CHAT_FRAME_MAX_BYTES:
                raise ClientError("FRAME_INVALID")
            await self.receive_json(read_frame(text_data))
        except ClientError as error:
            self._refuse(self.limited or error)
        except LoggedOut:
            self.hub.log_out(self.socket)
        except Exception:
            logger.exception("A command failed: %s", self.command and self.command.name)
            self._refuse(ClientError("UNAVAILABLE"))
        if self.pace.flooding:
            self.hub.turn_away(self.socket)

    async def receive_json(self, content):
        self.command = Command.of(content)
        self.command.read(content)
        if self.command.name != "send":
            if self.limited:
                raise self.limited
            await self._sends_done()  # what was asked for before is done before
        await getattr(self, f"command_{self.command.name}")(self.command)

    def _refuse(self, error):
        command = self.command or Command()
        frame = frames.error(error, ref=command.ref, command=command.name, room_id=command.room)
        self.socket.put(frame)

    async def _sends_done(self):
        if self.sends:
            await asyncio.wait(self.sends)

    def _check_present(self, room_id):
        """Raise ClientError unless this socket is in the room."""
        if room_id not in self.socket.memberships:
            raise ClientError("ROOM_ACCESS_DENIED")

    # --- the commands ---------------------------------------------------------------------------

    async def command_join(self, command):
        await self.hub.join(self.socket, command.room, ref=command.ref, **command.fields)

    async def command_leave(self, command):
        self.hub.leave(self.socket, command.room)
        self.socket.put(frames.leave(command.room, command.ref))

    async def command_send(self, command):
        """Have a message stored, and take the next command meanwhile: sends share commits.

        With a ref, one that may not be sent is looked up all the same: it may be repeated.
        """
        present = command.room in self.socket.memberships
        if command.ref is None and not present:
            raise ClientError("ROOM_ACCESS_DENIED")
        self.limited = self.limited or self.pace.refusal(self.hub.sending.wait(self.socket))
        if command.ref is None and self.limited:
            raise self.limited
        send = actions.Send(
            self.socket.session_key,
            command.room,
            **command.fields,
            key=command.ref,
            present=present,
            limited=self.limited,
        )
        stored = self.hub.sending.submit(self.socket, send)
        self.sends.add(stored)
        stored.add_done_callback(self.sends.discard)
        if len(self.sends) >= SENDS_AT_ONCE:
            await asyncio.wait(self.sends, return_when=asyncio.FIRST_COMPLETED)

    async def command_history(self, command):
        self._check_present(command.room)
        limit = command.fields.pop("limit", pages.PAGE)
        if len(command.fields) != 1:
            raise ClientError("COMMAND_INVALID")
        [(direction, anchor)] = command.fields.items()
        page = await self.hub.read(
            self.socket, pages.history, command.room, direction, anchor, limit
        )
        self.socket.put(frames.history(command.room, page, command.ref))

    async def command_edit(self, command):
        await self._change(actions.edit, command)

    async def command_delete(self, command):
        address, _port = self.scope.get("client") or (None, None)
        await self._change(actions.delete, command, address=address)

    async def command_ping(self, command):
        self.socket.put(frames.pong(command.ref))

    async def _change(self, action, command, **more):
        """Do something with a message of a room that this socket is in, and ack it."""
        self._check_present(command.room)
        fields = command.fields.values()
        ack = await self.hub.write(self.socket, action, command.room, *fields, **more)
        if command.ref is not None:
            self.socket.put(frames.ack(command.ref, command.room, ack.id, ack.version))
