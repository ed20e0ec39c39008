"""A copy of a room, kept as a client keeps one, which holds the server to the room's promises.

The idea is Zulip's: state, and the events after it, must equal the state read afresh.
"""


class Mirror:
    """What one client knows of one room. Each method takes a frame and raises AssertionError when
    the frame breaks a promise of PROTOCOL.md.

    `messages` is a dict of ids to message objects, `version` the latest version seen, `floor` the
    id below which older messages exist that were not loaded.
    """

    def __init__(self, room):
        self.room = room
        self.messages = {}
        self.version = self.floor = 0
        self.epoch = None
        self.inside = False
        self.heard = set()  # the ids that came as `message`, in all the room's life

    def joined(self, frame, after):
        """Take a `join` reply; `after` is what was asked for, or None."""
        page = frame["messages"]
        assert all(message["room"] == self.room for message in page), frame
        assert all(message["version"] <= frame["version"] for message in page), frame
        if frame["reset"]:
            self._start_afresh(page, frame["more"])
        else:
            assert after is not None, f"reset is false though no `after` was given: {frame}"
            assert not frame["more"], frame
            self._catch_up(page, after)
        self._check_quoted(frame)
        self.version, self.epoch, self.inside = frame["version"], frame["epoch"], True

    def _start_afresh(self, page, more):
        ids = [message["id"] for message in page]
        assert ids == sorted(set(ids)), f"a page is not oldest first: {ids}"
        self.messages = {message["id"]: message for message in page}
        self.floor = ids[0] if more else 0

    def _catch_up(self, page, after):
        versions = [after, *(message["version"] for message in page)]
        assert versions == sorted(set(versions)), f"not in version order: {versions}"
        self.messages |= {message["id"]: message for message in page}

    def _check_quoted(self, frame):
        ids = {message["id"] for message in frame["messages"]}
        wanted = {message["reply_to"] for message in frame["messages"]} - ids - {None}
        assert {message["id"] for message in frame["quoted"]} == wanted, frame
        assert len(frame["quoted"]) == len(wanted), frame

    def message(self, frame):
        """Take a `message` frame."""
        message = {key: value for key, value in frame.items() if key != "type"}
        assert self.inside, f"a message for a room that the socket is not in: {frame}"
        assert message["id"] not in self.messages, f"a message came twice: {frame}"
        assert message["id"] not in self.heard, f"a message came as `message` twice: {frame}"
        self.heard.add(message["id"])
        self._advance(message)

    def update(self, frame):
        """Take an `update` frame."""
        assert self.inside, f"an update for a room that the socket is not in: {frame}"
        for message in frame["messages"]:
            assert message["room"] == self.room, frame
            known = message["id"] in self.messages
            assert known or message["id"] < self.floor, f"a change came before its message: {frame}"
            self._advance(message)

    def _advance(self, message):
        assert message["version"] > self.version, f"{message} came after version {self.version}"
        self.version = message["version"]
        if message["id"] >= self.floor:
            self.messages[message["id"]] = message

    def left(self):
        """Take a `leave` frame, or the loss of the socket."""
        self.inside = False

    def differences(self, rows):
        """Return how this copy differs from the database's rows (see outside.messages).

        A version that was skipped on the way shows here: either a later change of that message
        came, or its row differs.
        """
        theirs = {row["id"]: row for row in rows if row["id"] >= self.floor}
        wrong = [f"{id} is not in the database" for id in self.messages.keys() - theirs.keys()]
        wrong += [f"{id} never came" for id in theirs.keys() - self.messages.keys()]
        for id in theirs.keys() & self.messages.keys():
            mine = self.messages[id]
            wrong += [
                f"{id}: {key} is {mine[key]!r} here, {value!r} in the database"
                for key, value in theirs[id].items()
                if mine[key] != value
            ]
        return wrong
