"""The audit log: who did what, to whom, where, when, and from which address."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """What is written down. Every one is done by a person who has power over others."""

    MESSAGE_DELETED = "message deleted", _("message deleted")
    MEMBER_ADDED = "member added", _("member added")
    MEMBER_REMOVED = "member removed", _("member removed")
    MODERATOR_MADE = "moderator made", _("moderator made")
    MODERATOR_UNMADE = "moderator unmade", _("moderator unmade")
    SILENCED = "silenced", _("silenced")
    SILENCE_ENDED = "silence ended", _("silence ended")
    BANNED = "banned from the room", _("banned from the room")
    BAN_ENDED = "ban from the room ended", _("ban from the room ended")
    SITE_BANNED = "banned from the site", _("banned from the site")
    SITE_BAN_ENDED = "ban from the site ended", _("ban from the site ended")
    ROOM_MADE = "room made", _("room made")
    ROOM_CHANGED = "room changed", _("room changed")
    ROOM_DELETED = "room deleted", _("room deleted")
    REPORT_SETTLED = "report settled", _("report settled")
    USER_MADE = "account made", _("account made")
    USER_CHANGED = "account changed", _("account changed")
    USER_DELETED = "account deleted", _("account deleted")
    SESSIONS_ENDED = "sessions ended", _("sessions ended")
    INVITATION_MADE = "invitation made", _("invitation made")
    INVITATION_REVOKED = "invitation revoked", _("invitation revoked")


class AuditEntry(models.Model):
    """One act. It outlives whom and what it is about, so it holds their names as they were."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    act = models.CharField(_("what"), max_length=40, choices=Act)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who, as an account"),
    )
    actor_name = models.CharField(_("who"), max_length=150)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("whom, as an account"),
    )
    subject_name = models.CharField(_("whom"), max_length=150, blank=True)
    room = models.BigIntegerField(_("room's number"), null=True)
    room_title = models.CharField(_("where"), max_length=100, blank=True)
    message = models.BigIntegerField(_("message's number"), null=True)
    detail = models.TextField(_("how"), blank=True)
    # What a deleted message said. Purged after CHAT_DELETED_TEXT_DAYS.
    text = models.TextField(_("deleted text"), blank=True)
    address = models.GenericIPAddressField(_("from which address"), null=True)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("audit log")
        ordering = ["-pk"]
        default_permissions = ["view"]  # it is written by what happens, and never changed

    def __str__(self):
        return f"{self.actor_name}: {self.get_act_display()}"
