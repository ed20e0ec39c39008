"""What people report to those who can do something about it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)


class Report(models.Model):
    """Somebody's word that a message does not belong here. It goes with its room, and with who
    reported it."""

    room = models.ForeignKey("chat.Room", models.CASCADE, related_name="reports")
    # A message goes only with its room, and a report with the same: see Message.reply_to.
    message = models.ForeignKey(
        "chat.Message",
        models.DO_NOTHING,
        related_name="reports",
        db_constraint=False,
        db_index=False,
        verbose_name=_("message"),
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reports",
        verbose_name=_("reported by"),
    )
    reason = models.CharField(_("why"), max_length=500, blank=True)
    # As it was when it was reported: its author may change it. Purged with other kept texts.
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("reported"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("settled by"),
    )
    outcome = models.CharField(_("outcome"), max_length=100, blank=True, editable=False)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]
        default_permissions = ["view", "change"]
        constraints = [
            models.UniqueConstraint(fields=["message", "reporter"], name="report_once"),
        ]

    def __str__(self):
        return f"#{self.message_id}"
