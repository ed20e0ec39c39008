"""Django's sessions in the database, for keys that can be keys: see SESSION_ENGINE."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


def is_key(text):
    """Whether a cookie's text can be a session's key: PostgreSQL fails on a NUL in it."""
    return text.isascii() and text.isalnum()


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key):
        return super()._validate_session_key(key) and is_key(key)
