"""Who people are."""

import unicodedata

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from . import sessions


def username_key(username):
    """Return the string that two usernames share when people would call them the same.

    NFKC makes look-alikes of one letter (ﬁ, ｆｉ) equal, casefold does so for case, and a second
    NFKC tidies what casefold took apart: Unicode's own recipe for caseless compatibility matching.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


class KeyOfUsername:
    """The attribute behind `User.username_key`: computed whenever it is read.

    Whoever writes the row (save, bulk_create, loaddata with its raw save) reads the attribute, so
    none of them can store a key that does not fit the name.
    """

    def __get__(self, user, owner):
        return self if user is None else username_key(user.username)

    def __set__(self, user, value):
        """Note that the column was loaded; what the database or a fixture says is never read.

        Without the note Django would take the column for a deferred one, and leave it out of the
        next save.
        """
        user.__dict__["username_key"] = value


class UsernameKeyField(models.CharField):
    """A column that holds `username_key(username)`, for the database to keep unique."""

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, name, KeyOfUsername())


class CounterField(models.PositiveBigIntegerField):
    """A number that only `update()` changes: the save of a stale object leaves it as it is."""

    def pre_save(self, instance, add):
        return super().pre_save(instance, add) if add else F(self.attname)


class UserQuerySet(models.QuerySet):
    def active_superusers(self):
        return self.filter(is_active=True, is_superuser=True)

    def update(self, **values):
        """Update as ever; a new username takes its key along.

        Raises TypeError for a username that is an expression: only the database would know the
        name then, and only Python can make the key of it.
        """
        if "username" in values and "username_key" not in values:
            if not isinstance(values["username"], str):
                raise TypeError("A username is set to a string: its key is computed in Python.")
            values["username_key"] = username_key(values["username"])
        return super().update(**values)

    update.alters_data = True

    def bulk_update(self, objs, fields, batch_size=None):
        """Update as ever; new usernames take their keys along."""
        return super().bulk_update(objs, with_key(fields), batch_size=batch_size)

    bulk_update.alters_data = True


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, username):
        """Return the user called `username`, however it is written; raise User.DoesNotExist."""
        return self.get(username_key=username_key(username))

    def logins(self, keys):
        """Return {session key: Login} of those `keys` that a request would be logged in with now.

        In two queries, however many keys there are. See accounts/sessions.py.
        """
        return sessions.logins_of(keys)


class User(AbstractUser):
    """A person. Two usernames that differ in case or in Unicode's ways of writing are the same."""

    username = models.CharField(
        _("username"),
        max_length=60,
        unique=True,
        validators=[AbstractUser.username_validator],
        help_text=_("At most 60 characters: letters, digits and @.+-_"),
        error_messages={"unique": _("A user with that name exists already.")},
    )
    # NFKC makes up to 18 characters of one.
    username_key = UsernameKeyField(max_length=60 * 18, unique=True, editable=False)
    # Part of what every session was made with: with another number none of them holds any more.
    sessions_ended = CounterField(default=0, db_default=0, editable=False)

    objects = UserManager()
    REQUIRED_FIELDS = []

    def save(self, *, update_fields=None, **kwargs):
        """Save; a username that is written takes its key along."""
        if update_fields is not None:
            update_fields = with_key(update_fields)
        elif "username" in self.__dict__:
            self.username_key = ""  # written although it may have been deferred: see KeyOfUsername
        super().save(update_fields=update_fields, **kwargs)

    def validate_unique(self, exclude=None):
        """Check the key where Django would check the name, and say it of the name: forms show that.

        Raises ValidationError.
        """
        exclude = set(exclude or ())
        super().validate_unique(exclude | {"username", "username_key"})
        others = User.objects.exclude(pk=self.pk)
        if "username" not in exclude and others.filter(username_key=self.username_key).exists():
            raise ValidationError({"username": self.unique_error_message(User, ["username"])})

    def ban(self):
        """Deactivate the account, and end its sessions: they do not come back with it."""
        User.objects.filter(pk=self.pk).update(is_active=False)
        self.is_active = False
        self.end_sessions()

    ban.alters_data = True

    def end_ban(self):
        """Let the person log in again."""
        User.objects.filter(pk=self.pk).update(is_active=True)
        self.is_active = True

    end_ban.alters_data = True

    def end_sessions(self):
        """Log the person out at once, everywhere: in sessions that nobody has recorded as well.

        Counted in the database: of two at once, each is one more. A request that is to stay logged
        in calls Django's update_session_auth_hash() afterwards.
        """
        User.objects.filter(pk=self.pk).update(sessions_ended=F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    end_sessions.alters_data = True

    def _get_session_auth_hash(self, secret=None):
        """Return what a session of this person has to say to hold: Django's own hash, and another
        after each `end_sessions`."""
        made = super()._get_session_auth_hash(secret)
        if not self.sessions_ended:
            return made  # those that were made before there was the number still hold
        ended = f"{made}:{self.sessions_ended}"
        salt = "accounts.User.sessions_ended"
        return salted_hmac(salt, ended, secret=secret, algorithm="sha256").hexdigest()


def with_key(fields):
    """Return the field names, a list, with the key where the username is among them."""
    return [*fields, "username_key"] if "username" in fields else list(fields)


class FirstAdminCode(models.Model):
    """At most one row: the digest of the code in the link that makes the first admin."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    digest = models.CharField(max_length=64)

    def __str__(self):
        return "first admin"


class Invitation(models.Model):
    """A link by which one person may sign up, once. Of its code only the digest is kept."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(
        _("note"), max_length=100, blank=True, help_text=_("Who it is for: only staff see it.")
    )
    email = models.EmailField(
        _("email"),
        blank=True,
        help_text=_("The link is mailed there. Without an address you get it, to pass on."),
    )
    maker = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    until = models.DateTimeField(_("until"), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    used_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("used by"),
    )

    class State(models.TextChoices):
        OPEN = "open", _("open")
        USED = "used", _("used")
        REVOKED = "revoked", _("revoked")
        EXPIRED = "expired", _("expired")
        # Its maker is gone, deactivated, or no staff any more: what they gave out ends with that.
        VOID = "void", _("void")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]

    def __str__(self):
        return self.note or self.email or _("Invitation %d") % self.pk

    @property
    def state(self):
        if self.used_at:
            return self.State.USED
        if self.revoked_at:
            return self.State.REVOKED
        if self.until <= timezone.now():
            return self.State.EXPIRED
        return self.State.OPEN if may_invite(self.maker) else self.State.VOID


def may_invite(user):
    """Whether the user, or None, may make invitations, and see and revoke all of them."""
    return bool(user and user.is_active and (user.is_staff or user.is_superuser))
