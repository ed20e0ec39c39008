"""Whose sessions are these, now? What `django.contrib.auth.get_user` says of one request, for many.

Open sockets outlive what they were let in for: a log-out, a new password, an account that was
deactivated. The hub asks this twice a second for all its sockets, so what can be computed once
(signatures of stored sessions, HMACs of password hashes) is remembered; what may change is read.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .second_factor import without_the_missing
from .session_store import SessionStore, is_key

REMEMBERED = 20_000  # a few times the sockets of a busy process


@dataclass(frozen=True, slots=True)
class Login:
    """Whose session it is, and the moment (aware) at which it expires."""

    user: object
    until: datetime

    @property
    def holds(self):
        """Whether it has not expired by now: nothing else about it is asked again."""
        return timezone.now() < self.until


def logins_of(keys):
    """Return {session key: Login} of the keys whose session is in the table, not expired, and
    belongs to an active user, whose password is still the one that it was made with, and whose
    sessions nobody has ended since; staff who have to have a second factor, and have none, are out.
    """
    now = timezone.now()
    rows = Session.objects.filter(session_key__in=filter(is_key, keys), expire_date__gt=now)
    rows = rows.values_list("session_key", "session_data", "expire_date")
    claims = {key: (claim_of(data), until) for key, data, until in rows}
    claims = {key: (*claim, until) for key, (claim, until) in claims.items() if claim}
    users = without_the_missing(get_user_model().objects.filter(is_active=True))
    users = users.in_bulk({user_id for user_id, _, _ in claims.values()})
    return {
        key: Login(users[user_id], until)
        for key, (user_id, session_hash, until) in claims.items()
        if (user := users.get(user_id)) and fits(session_hash, user.password, user.sessions_ended)
    }


@lru_cache(REMEMBERED)
def claim_of(session_data):
    """Return (user id, session hash), as a stored session says; None when nobody is logged in."""
    session = SessionStore().decode(session_data)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        user_id = get_user_model()._meta.pk.to_python(session[SESSION_KEY])
    except (KeyError, ValidationError):
        return None
    return user_id, session.get(HASH_SESSION_KEY, "")


@lru_cache(REMEMBERED)
def fits(session_hash, password, sessions_ended):
    """Whether a session with this hash was made with this (hashed) password, and since the
    person's sessions were last ended.

    Keys of SECRET_KEY_FALLBACKS count too. The next request of that session gets the new hash.
    """
    user = get_user_model()(password=password, sessions_ended=sessions_ended)
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session_hash, known) for known in hashes)
