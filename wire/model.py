"""The protocol as plain Python: what a site with these people and rooms has to answer.

No sockets, no database: `Model` is told what is asked, says what the answer must be, and changes as
the site must change. `why_not` is the one place with the rules of who may do what.
"""

from dataclasses import dataclass, field

PAGE = 50  # messages in the answer to a join without `after`


@dataclass
class PersonState:
    id: int
    is_staff: bool = False
    is_active: bool = True
    logged_in: bool = True  # the session that they come back with holds
    connected: bool = False
    inside: set = field(default_factory=set)  # ids of rooms


@dataclass
class MessageState:
    id: int
    user: int
    text: str
    version: int
    first: int
    key: str
    sent: tuple  # what was sent with the key
    reply_to: int | None = None
    deleted: bool = False


@dataclass(frozen=True)
class PlaceState:
    """What somebody is in a room."""

    role: str = "guest"
    banned: bool = False
    silenced: bool = False


@dataclass
class RoomState:
    id: int
    access: str = "open"
    posting: str = "everyone"
    locked: bool = False
    gone: bool = False
    version: int = 0
    messages: dict = field(default_factory=dict)  # id -> MessageState
    places: dict = field(default_factory=dict)  # a person's id -> PlaceState

    def place(self, person):
        return self.places.get(person.id, PlaceState())

    def rows(self):
        """Return what the database has to hold: wire.outside.Outside.messages."""
        return [
            {
                "id": message.id,
                "version": message.version,
                "msg_type": 0,
                "user": message.user,
                "message": message.text,
                "key": message.key,
                "deleted": message.deleted,
                "reply_to": message.reply_to,
            }
            for message in sorted(self.messages.values(), key=lambda message: message.version)
        ]


def sees(person, room):
    """Whether the room exists for the person."""
    place = room.place(person)
    if room.gone or place.banned or not person.is_active:
        return False
    if room.access == "members":
        return place.role != "guest"
    return room.access == "open" or (room.access == "staff" and person.is_staff)


def moderates(person, room):
    """Whether somebody who sees the room moderates it."""
    return person.is_staff or room.place(person).role == "moderator"


def closed(person, room):
    """Return the error code that says why somebody who sees the room may not write in it, or
    None."""
    if room.locked and not person.is_staff:
        return "ROOM_LOCKED"
    if room.posting == "moderators" and not moderates(person, room):
        return "ROOM_READ_ONLY"
    return "SILENCED" if room.place(person).silenced else None


def looks(person, room):
    """Return what somebody who sees the room is told of it."""
    return {
        "access": room.access,
        "locked": room.locked,
        "posting": room.posting,
        "can_send": closed(person, room) is None,
        "why_not": closed(person, room),
        "moderator": moderates(person, room),
    }


def why_not(person, room, doing, *, text="x", message=None, knows=True):
    """Return the error code that a command has to be refused with, or None.

    text: of a send or an edit; message: a MessageState that the command is about, None if the room
    has no such message; knows: whether the command is about a message at all.
    """
    if doing == "leave":
        return None
    if doing == "join":
        return "ROOM_INVALID" if room.gone else None if sees(person, room) else "ROOM_ACCESS_DENIED"
    if room.id not in person.inside:
        return "ROOM_ACCESS_DENIED"
    if doing in ("send", "edit") and not text.strip():
        return "MESSAGE_INVALID"
    shut = closed(person, room)
    if shut and (doing in ("send", "edit") or (doing == "delete" and shut == "ROOM_LOCKED")):
        return shut
    if knows and message is None:
        return "MESSAGE_INVALID"
    theirs = message is not None and message.user != person.id
    if theirs and (doing == "edit" or (doing == "delete" and not moderates(person, room))):
        return "MESSAGE_ACCESS_DENIED"
    if doing == "edit" and message.deleted:
        return "MESSAGE_INVALID"
    return None


class Model:
    """The people and rooms by name, as they have to be."""

    def __init__(self, people, rooms):
        self.people, self.rooms = people, rooms

    # --- what people ask: each returns {key: value} of the frame that must answer ----------------

    def join(self, who, where, after=None):
        person, room = self.people[who], self.rooms[where]
        if error := why_not(person, room, "join"):
            return refusal(error)
        person.inside.add(room.id)
        if after is None:
            page = sorted(room.messages.values(), key=lambda message: message.id)[-PAGE:]
        else:
            page = [message for message in room.messages.values() if message.version > after]
            page.sort(key=lambda message: message.version)
        return {
            "type": "join",
            "join": room.id,
            "version": room.version,
            "locked": room.locked,
            "can_send": closed(person, room) is None,
            "why_not": closed(person, room),
            "reset": after is None,
            "more": after is None and len(room.messages) > PAGE,
            "messages": [(message.id, message.version, message.text) for message in page],
        }

    def leave(self, who, where):
        self.people[who].inside.discard(self.rooms[where].id)
        return {"type": "leave", "leave": self.rooms[where].id}

    def send(self, who, where, key, text, reply_to=None):
        """What is new gets its id from the site: see `stored`."""
        person, room, sent = self.people[who], self.rooms[where], (text, reply_to)
        for message in room.messages.values():
            if (message.user, message.key) == (person.id, key):
                if message.sent != sent:
                    return refusal("REF_CONFLICT")
                return acknowledgement(message.id, message.first)
        target = room.messages.get(reply_to)
        error = why_not(person, room, "send", text=text, message=target, knows=reply_to is not None)
        return refusal(error) if error else acknowledgement(None, room.version + 1)

    def stored(self, who, where, key, text, reply_to, id):
        """Note the message that a send was answered with, if it is a new one."""
        room = self.rooms[where]
        if id not in room.messages:
            assert all(id > other for other in room.messages), "ids rise"
            room.version += 1
            room.messages[id] = MessageState(
                id,
                self.people[who].id,
                text,
                room.version,
                room.version,
                key,
                (text, reply_to),
                reply_to,
            )

    def edit(self, who, where, id, text):
        person, room = self.people[who], self.rooms[where]
        message = room.messages.get(id)
        if error := why_not(person, room, "edit", text=text, message=message):
            return refusal(error)
        if message.text != text:
            self._change(room, message, text=text)
        return acknowledgement(message.id, message.version)

    def delete(self, who, where, id):
        person, room = self.people[who], self.rooms[where]
        message = room.messages.get(id)
        if error := why_not(person, room, "delete", message=message):
            return refusal(error)
        if not message.deleted:
            self._change(room, message, text="", deleted=True)
        return acknowledgement(message.id, message.version)

    def _change(self, room, message, **fields):
        room.version += 1
        message.version = room.version
        for name, value in fields.items():
            setattr(message, name, value)

    def history(self, who, where, before, limit):
        person, room = self.people[who], self.rooms[where]
        message = room.messages.get(before)
        if error := why_not(person, room, "history", message=message):
            return refusal(error)
        older = sorted(id for id in room.messages if id < before)
        page = [room.messages[id] for id in older[-limit:]]
        return {
            "type": "history",
            "room": room.id,
            "more": len(older) > limit,
            "messages": [(message.id, message.version, message.text) for message in page],
        }

    # --- what admins change: each puts out whom it has to ----------------------------------------

    def settle(self):
        """Put everybody out of where they may not be any more."""
        for person in self.people.values():
            if not (person.is_active and person.logged_in):
                self.lose(person)
            person.inside = {
                room.id
                for room in self.rooms.values()
                if room.id in person.inside and sees(person, room)
            }

    def lose(self, person):
        """The person's socket is gone."""
        person.connected, person.inside = False, set()


def refusal(code):
    return {"type": "error", "error": code}


def acknowledgement(id, version):
    """`id` None is one that nobody knows yet."""
    return {"type": "ack", "version": version} | ({} if id is None else {"id": id})
