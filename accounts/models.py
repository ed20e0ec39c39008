"""Who people are."""

import unicodedata

from django.contrib.auth.models import AbstractUser, UserManager as DjangoUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


def username_key(username):
    """Return the string that two usernames share when people would call them the same.

    NFKC makes look-alikes of one letter (ﬁ, ｆｉ) equal, casefold does so for case, and a second
    NFKC tidies what casefold took apart: Unicode's own recipe for caseless compatibility matching.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


class KeyOfUsername:
    """The attribute behind `User.username_key`: always computed, never kept.

    Whoever writes the row (save, bulk_create, loaddata with its raw save) reads the attribute, so
    none of them can store a key that does not fit the name.
    """

    def __get__(self, user, owner):
        return self if user is None else username_key(user.username)

    def __set__(self, user, value):
        """Ignore what the database or a fixture says: the name decides."""


class UsernameKeyField(models.CharField):
    """A column that holds `username_key(username)`, for the database to keep unique."""

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, name, KeyOfUsername())


class UserManager(DjangoUserManager):
    def get_by_natural_key(self, username):
        """Return the user called `username`, however it is written; raise User.DoesNotExist."""
        return self.get(username_key=username_key(username))


class User(AbstractUser):
    """A person. Two usernames that differ in case or in Unicode's ways of writing are the same."""

    username = models.CharField(
        _("username"),
        max_length=60,
        unique=True,
        validators=[AbstractUser.username_validator],
        help_text=_("At most 60 characters: letters, digits and @ . + - _"),
        error_messages={"unique": _("A user with that name exists already.")},
    )
    # NFKC makes up to 18 characters of one.
    username_key = UsernameKeyField(max_length=60 * 18, unique=True, editable=False)

    objects = UserManager()
    REQUIRED_FIELDS = []
