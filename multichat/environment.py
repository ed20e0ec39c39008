"""What the environment says: every variable that the site reads, with its default.

A value that does not parse ends the start with one sentence that names the variable: a site that
runs on a setting that nobody meant is worse than one that does not run. docs/settings.md explains
each of them.
"""

from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError, ValidationError, validate

from multichat.secret_key import read_or_make_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()


def _is_site_url(value):
    """Accept http(s)://host[:port] and nothing behind it."""
    value = value.lower().removesuffix("/")
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a broken IPv6 host, or a port that is no port
        fits = False
    # Nothing that urlsplit leaves out unseen either, such as blanks around it or an empty query.
    bare = fits and value == f"{parts.scheme}://{parts.netloc}" and not parts.netloc.endswith(":")
    if not bare or "@" in parts.netloc or any(letter.isspace() for letter in value):
        raise ValidationError("Not an address such as https://chat.example.com.")


def _is_redis_url(value):
    """Accept what redis-py connects to, or nothing."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("redis", "rediss", "unix") and "://" in value and parts.port != 0
    except ValueError:
        fits = False
    if value and not fits:
        raise ValidationError("Not a redis://, rediss:// or unix:// address.")


def _are_origins(value):
    """Accept a list of scheme://host[:port], as Django's CSRF_TRUSTED_ORIGINS wants them."""
    if any("://" not in origin for origin in value):
        raise ValidationError("Each origin needs its scheme, such as https://chat.example.com.")


ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
at_least_0 = validate.Range(min=0)
at_least_1 = validate.Range(min=1)

try:
    DEBUG = env.bool("DEBUG", False)
    HOST = env.str("HOST", "localhost", validate=validate.Length(min=1))
    PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))
    MAX_CONNECTIONS = env.int("MAX_CONNECTIONS", 10000, validate=at_least_1)
    SITE_URL = env.str("SITE_URL", f"http://localhost:{PORT}", validate=_is_site_url)
    SITE_URL = SITE_URL.lower().removesuffix("/")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [], subcast=str.strip)
    CSRF_TRUSTED_ORIGINS = env.list(
        "CSRF_TRUSTED_ORIGINS", [], subcast=str.strip, validate=_are_origins
    )
    TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0, validate=at_least_0)
    DATABASE = env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'multichat.sqlite3'}")
    if DATABASE.get("ENGINE") not in ENGINES or DATABASE["NAME"] == ":memory:":
        raise EnvError('Environment variable "DATABASE_URL" invalid: Not PostgreSQL, nor a file.')
    REDIS_URL = env.str("REDIS_URL", "", validate=_is_redis_url)
    EMAIL = env.dj_email_url("EMAIL_URL", "console:")
    if "EMAIL_BACKEND" not in EMAIL:
        raise EnvError('Environment variable "EMAIL_URL" invalid: Not a known way to send mail.')
    SIGN_UP = env.str("SIGN_UP", "open", validate=validate.OneOf(["open", "invite", "closed"]))
    ROOM_CREATION = env.str(
        "ROOM_CREATION", "staff", validate=validate.OneOf(["everyone", "staff"])
    )
    STAFF_NEEDS_SECOND_FACTOR = env.bool("STAFF_NEEDS_SECOND_FACTOR", False)
    SECRET_KEY = env.str("SECRET_KEY", "") or read_or_make_key(VAR_DIR / "secret_key")

    CHAT_MESSAGE_MAX_LENGTH = env.int("CHAT_MESSAGE_MAX_LENGTH", 4000, validate=at_least_1)
    CHAT_FRAME_MAX_BYTES = env.int("CHAT_FRAME_MAX_BYTES", 65536, validate=validate.Range(min=1024))
    CHAT_ROOMS_PER_SOCKET = env.int("CHAT_ROOMS_PER_SOCKET", 50, validate=at_least_1)
    CHAT_SOCKETS_PER_USER = env.int("CHAT_SOCKETS_PER_USER", 20, validate=at_least_1)
    CHAT_SENDS_PER_SECOND = env.float("CHAT_SENDS_PER_SECOND", 10, validate=at_least_0)
    CHAT_SEND_BURST = env.int("CHAT_SEND_BURST", 20, validate=at_least_1)
    CHAT_COMMANDS_PER_SECOND = env.float("CHAT_COMMANDS_PER_SECOND", 50, validate=at_least_0)
    CHAT_COMMAND_BURST = env.int("CHAT_COMMAND_BURST", 100, validate=at_least_1)
    HANDSHAKES_PER_MINUTE = env.int("HANDSHAKES_PER_MINUTE", 600, validate=at_least_0)
    CHAT_OUTBOX_MAX_BYTES = env.int(
        "CHAT_OUTBOX_MAX_BYTES", 1048576, validate=validate.Range(min=65536)
    )
    CHAT_SWEEP_SECONDS = env.float(
        "CHAT_SWEEP_SECONDS", 0.5, validate=validate.Range(min=0.05, max=60)
    )
    CHAT_DELETED_TEXT_DAYS = env.int("CHAT_DELETED_TEXT_DAYS", 30, validate=at_least_0)
    CHAT_PRESENCE_SECONDS = env.int("CHAT_PRESENCE_SECONDS", 30, validate=validate.Range(min=2))
except EnvError as error:
    raise SystemExit(f"multichat cannot start: {error}") from None
