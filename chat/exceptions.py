"""The mistakes that a client is told of, and the codes that a socket is closed with."""

from django.utils.translation import gettext_lazy as _

DETAILS = {
    "ROOM_INVALID": _("There is no such room."),
    "ROOM_ACCESS_DENIED": _("You are not in this room."),
    "ROOM_LOCKED": _("This room is locked: only staff can change anything in it."),
    "ROOM_READ_ONLY": _("Only moderators and staff write in this room."),
    "SILENCED": _("You cannot write in this room: a moderator has silenced you."),
    "REF_CONFLICT": _("Something else was sent with this ref before."),
    "MESSAGE_INVALID": _("There is no such message, or it has no text."),
    "MESSAGE_TOO_LONG": _("This message is too long."),
    "MESSAGE_ACCESS_DENIED": _("This message is not yours to change."),
    "COMMAND_INVALID": _("This command is unknown, or a field of it is missing or wrong."),
    "FRAME_INVALID": _("This is no JSON object that the server can read."),
    "TOO_MANY_ROOMS": _("Too many rooms are open: leave one first."),
    "RATE_LIMITED": _("This was too much at once. Please wait a moment."),
    "UNAVAILABLE": _("The server could not confirm this in time. Please send it again."),
}


class ClientError(Exception):
    """A client's mistake, or a trouble that a client can do something about.

    `code` is one of the codes of docs/protocol.md, `detail` a sentence for a person, `retry_after`
    the seconds after which it may be tried again, with RATE_LIMITED.
    """

    def __init__(self, code, detail=None, retry_after=None):
        super().__init__(code)
        self.code = code
        self.detail = detail or DETAILS[code]
        self.retry_after = retry_after


class Refused(Exception):
    """What somebody may not do to others; the text is a sentence for them."""


class LoggedOut(Exception):
    """The login that a socket was let in with does not hold any more."""


class Close:
    """Codes that a socket is closed with. Applications may use 3000 to 4999."""

    NOT_LOGGED_IN = 4401
    TOO_SLOW = 4408
    TOO_MANY_SOCKETS = 4409
    FLOODING = 4429
