"""Messages: what was said, and each one's latest change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.IntegerChoices):
    MESSAGE = 0, _("message")
    WARNING = 1, _("warning")
    ALERT = 2, _("alert")
    MUTED = 3, _("muted")


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
