"""Messages: what was said, and each one's latest change."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import connections, models
from django.utils.translation import gettext_lazy as _


class Kind(models.IntegerChoices):
    MESSAGE = 0, _("message")
    WARNING = 1, _("warning")
    ALERT = 2, _("alert")
    MUTED = 3, _("muted")


@dataclass(slots=True)
class Draft:
    """A message that is about to be stored for the first time: reads like a Message."""

    room_id: int
    user: object
    msg_type: int
    text: str
    html: str
    renderer: int
    key: str | None
    digest: str
    reply_to_id: int | None
    sent_at: datetime
    version: int = 0  # both are taken when its turn comes
    first_version: int = 0
    pk: int | None = None
    edited_at: datetime | None = None
    deleted: bool = False

    @property
    def user_id(self):
        return self.user.pk


COLUMNS = (
    "room_id",
    "version",
    "first_version",
    "msg_type",
    "user_id",
    "text",
    "html",
    "renderer",
    "key",
    "digest",
    "reply_to_id",
    "sent_at",
    "deleted",
)
SENT_AT = COLUMNS.index("sent_at")


class MessageQuerySet(models.QuerySet):
    def of_room(self, room_id):
        """Return the room's messages, each with its author at hand and, as `feed_version`, the
        version of the room at this moment."""
        return (
            self.filter(room_id=room_id)
            .select_related("user")
            .annotate(feed_version=models.F("room__feed__version"))
        )

    def sent_with(self, slots):
        """Return the messages that were sent with these (room id, user id, key): one probe of the
        index for each. `room_id IN …` and so on would probe each combination of the three, and
        SQLite reads the whole index for `(room_id, user_id, key) IN (VALUES …)`."""
        return self.raw(
            "WITH asked (room_id, user_id, key) AS "  # noqa: S608 - no data in it
            f"(VALUES {', '.join(['(%s, %s, %s)'] * len(slots))}) "
            "SELECT sent.id, sent.room_id, sent.user_id, sent.key, digest, first_version "
            "FROM asked JOIN chat_message sent ON sent.room_id = asked.room_id "
            "AND sent.user_id = asked.user_id AND sent.key = asked.key AND sent.key IS NOT NULL",
            [value for slot in slots for value in slot],
        )

    def insert(self, drafts):
        """Store new messages (Drafts), and give each its primary key.

        This is the hottest path of the site: Model instances and bulk_create take ten times as long
        for each message (measured: 130 µs to 12).
        """
        rows = [[getattr(draft, column) for column in COLUMNS] for draft in drafts]
        adapt = cache(connections[self.db].ops.adapt_datetimefield_value)
        for row in rows:
            row[SENT_AT] = adapt(row[SENT_AT])
        one = f"({', '.join(['%s'] * len(COLUMNS))})"
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"INSERT INTO chat_message ({', '.join(COLUMNS)}) "  # noqa: S608 - no data in it
                f"VALUES {', '.join([one] * len(rows))} RETURNING room_id, version, id",
                [value for row in rows for value in row],
            )
            made = {(room_id, version): pk for room_id, version, pk in cursor.fetchall()}
        for draft in drafts:
            draft.pk = made[draft.room_id, draft.version]


class Message(models.Model):
    """Something somebody said. It goes only with its room: a deleted one leaves a tombstone."""

    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="messages", db_index=False)
    version = models.PositiveBigIntegerField(help_text=_("the version of its latest change"))
    first_version = models.PositiveBigIntegerField(help_text=_("the version it was sent at"))
    msg_type = models.PositiveSmallIntegerField(_("kind"), choices=Kind, default=Kind.MESSAGE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="messages",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    renderer = models.PositiveSmallIntegerField(help_text=_("the renderer's version"))
    # What it was sent with: a repeated send finds it by the key, and tells by the digest (of text,
    # reply_to and msg_type, which may have changed since) whether it is the same send.
    # It is null where there was none, as for many messages of a person: unlike "", null is unique.
    key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001
    digest = models.CharField(max_length=64, blank=True, editable=False)
    # A message goes only with its room, and what answers it with the same: nothing to enforce, and
    # a delete of many need not look for what answers them.
    reply_to = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, related_name="replies", db_constraint=False
    )
    sent_at = models.DateTimeField(_("sent"))
    edited_at = models.DateTimeField(_("edited"), null=True)
    deleted = models.BooleanField(_("deleted"), default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["room", "id"], name="message_page")]
        constraints = [
            models.UniqueConstraint(fields=["room", "version"], name="message_feed"),
            models.UniqueConstraint(
                fields=["room", "user", "key"],
                name="message_key",
                condition=models.Q(key__isnull=False),
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"
