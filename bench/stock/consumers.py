"""Rooms by the book: each consumer in the room's group, each frame encoded for each receiver."""

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from .models import Message, Room

MSG_TYPE_MESSAGE, MSG_TYPE_ENTER, MSG_TYPE_LEAVE = 0, 4, 5


class ChatConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self):
        self.rooms = {}
        if self.scope["user"].is_anonymous:
            await self.close()
        else:
            await self.accept()

    async def disconnect(self, code):
        for room in list(self.rooms.values()):
            await self.leave_room(room)

    async def receive_json(self, content):
        match content.get("command"):
            case "join":
                room = await database_sync_to_async(Room.objects.get)(pk=content["room"])
                await self.join_room(room)
            case "leave":
                await self.leave_room(self.rooms[content["room"]])
                await self.send_json({"leave": content["room"]})
            case "send":
                await self.send_room(self.rooms[content["room"]], content["message"])

    async def join_room(self, room):
        await self.announce(room, "chat.join")
        self.rooms[room.pk] = room
        await self.channel_layer.group_add(room.group_name, self.channel_name)
        await self.send_json({"join": room.pk, "title": room.title})

    async def leave_room(self, room):
        await self.announce(room, "chat.leave")
        del self.rooms[room.pk]
        await self.channel_layer.group_discard(room.group_name, self.channel_name)

    async def announce(self, room, kind):
        if settings.ANNOUNCES:
            await self.channel_layer.group_send(
                room.group_name,
                {"type": kind, "room": room.pk, "username": self.scope["user"].username},
            )

    async def send_room(self, room, text):
        user = self.scope["user"]
        if settings.STORES:
            await database_sync_to_async(Message.objects.create)(
                room_id=room.pk, user_id=user.pk, text=text
            )
        await self.channel_layer.group_send(
            room.group_name,
            {"type": "chat.message", "room": room.pk, "username": user.username, "message": text},
        )

    async def chat_join(self, event):
        await self.send_said(MSG_TYPE_ENTER, event)

    async def chat_leave(self, event):
        await self.send_said(MSG_TYPE_LEAVE, event)

    async def chat_message(self, event):
        await self.send_said(MSG_TYPE_MESSAGE, event, message=event["message"])

    async def send_said(self, msg_type, event, **more):
        await self.send_json(
            {"msg_type": msg_type, "room": event["room"], "username": event["username"], **more}
        )
