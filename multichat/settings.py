"""Django's settings. What differs from site to site comes from environment.py."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from multichat.environment import (  # noqa: F401 - the CHAT_ limits are settings of their own names
    ALLOWED_HOSTS,
    BASE_DIR,
    CHAT_COMMAND_BURST,
    CHAT_COMMANDS_PER_SECOND,
    CHAT_DELETED_TEXT_DAYS,
    CHAT_FRAME_MAX_BYTES,
    CHAT_MESSAGE_MAX_LENGTH,
    CHAT_OUTBOX_MAX_BYTES,
    CHAT_PRESENCE_SECONDS,
    CHAT_ROOMS_PER_SOCKET,
    CHAT_SEND_BURST,
    CHAT_SENDS_PER_SECOND,
    CHAT_SOCKETS_PER_USER,
    CHAT_SWEEP_SECONDS,
    CSRF_TRUSTED_ORIGINS,
    DATABASE,
    DEBUG,
    EMAIL,
    HANDSHAKES_PER_MINUTE,
    HOST,
    MAX_CONNECTIONS,
    PORT,
    REDIS_URL,
    ROOM_CREATION,
    SECRET_KEY,
    SIGN_UP,
    SITE_URL,
    STAFF_NEEDS_SECOND_FACTOR,
    TRUSTED_PROXIES,
    VAR_DIR,
)
from multichat.logs import LOGGING  # noqa: F401
from multichat.page_limits import LIMITS

SITE = urlsplit(SITE_URL)
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

# Whoever opens a site on their own machine may name that machine in any of the three ways.
SITE_HOST = f"[{SITE.hostname}]" if ":" in SITE.hostname else SITE.hostname
ALLOWED_HOSTS = [*ALLOWED_HOSTS, SITE_HOST, *(LOOPBACK if SITE_HOST in LOOPBACK else [])]
CSRF_TRUSTED_ORIGINS = [*CSRF_TRUSTED_ORIGINS, SITE_URL]

INSTALLED_APPS = [
    "daphne",  # before staticfiles: `make dev` runs its runserver
    "multichat",
    "accounts",
    "chat",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "servestatic",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "multichat.headers.PolicyMiddleware",
    "multichat.headers.PrivacyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "multichat.urls"
ASGI_APPLICATION = "multichat.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- what is kept -------------------------------------------------------------------------------

DATABASES = {"default": DATABASE}
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {
        **DATABASE.get("OPTIONS", {}),
        # A transaction that starts by reading and then writes fails at once when another has
        # written meanwhile; one that starts as a writer waits its turn, for `timeout` seconds.
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        # FULL: what was acknowledged survives a power cut as well.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # Under ASGI a connection that outlives its request would be lost with its thread: a pool
    # keeps them instead.
    DATABASE["OPTIONS"] = {
        "connect_timeout": 5,
        # Whoever waits for a lock gives up, and a process that was frozen with one loses it.
        "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s",
        **DATABASE.get("OPTIONS", {}),
        # Few are kept: of those that a restart of the server has cut, each costs a wait. And the
        # pause between tries to reach it doubles, unless they are given up (and asked for again).
        "pool": {
            "min_size": 1,
            "max_size": 20,
            "max_idle": 30,
            "timeout": 5,
            "reconnect_timeout": 3,
        },
    }
    DATABASE["CONN_HEALTH_CHECKS"] = True  # or a restart of the server would be felt page by page
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    LAYER = {
        "BACKEND": "chat.layers.DoorbellLayer",
        "CONFIG": {
            # socket_timeout is longer than the layer's own blocking read (5 s), or every idle
            # socket would be lost: channels_redis issue 422.
            "hosts": [{"address": REDIS_URL, "socket_timeout": 15}],
            "prefix": "multichat",
            # The doorbell joins its groups anew each minute; a killed process's channel goes soon.
            "group_expiry": 180,
        },
    }
else:
    LAYER = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
CHANNEL_LAYERS = {"default": LAYER}
CACHES = {"default": {"BACKEND": "multichat.rates.Cache"}}  # in the database, for all processes

# What deletes what is over: multichat/purging.py says when, and what such a function is.
PURGES = ["accounts.purging.purge", "chat.purging.purge", "multichat.rates.purge"]

# --- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_ENGINE = "accounts.session_store"
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("dashboard")

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CHANGE_EMAIL = True  # one address each, which a confirmed new one replaces
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a new address asks for the password: it can reset that
ACCOUNT_PREVENT_ENUMERATION = "strict"  # sign-up does not tell either whose address is known
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = LIMITS
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[multichat] "
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE.scheme
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the owner hears of what changes who can log in

MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor_forms.ActivateAppForm",
    "add_webauthn": "accounts.second_factor_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.second_factor_forms.RenamePasskeyForm",
    "login_webauthn": "accounts.second_factor_forms.PasskeyLoginForm",
    "authenticate_webauthn": "accounts.second_factor_forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.second_factor_forms.PasskeyAgainForm",
}
MFA_TOTP_ISSUER = "multichat"
MFA_TOTP_TOLERANCE = 1  # the code before and the one after: clocks differ, and people type slowly
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers have passkeys over http on localhost only: allauth would take no answer of theirs.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE.scheme == "http"
# Addresses are optional here, and one that has still to be confirmed says nothing of the account:
# otherwise nobody with a second factor could give a new address.
MFA_ALLOW_UNVERIFIED_EMAIL = True

CRISPY_ALLOWED_TEMPLATE_PACKS = ["multichat"]
CRISPY_TEMPLATE_PACK = "multichat"

EMAIL_TIMEOUT = 10  # seconds; EMAIL_URL may say otherwise
for name, value in EMAIL.items():
    globals()[name] = value

# --- the browser --------------------------------------------------------------------------------

HTTPS = SITE.scheme == "https"
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # forms carry their token
# Not Strict: a link in a mail would come without the CSRF cookie, be given another, and every form
# in the other tabs would be refused.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = (
    "same-origin"  # "no-referrer" would break Django's own check of https forms
)
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the small icons in the admin's and our own style sheets
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        # Text becomes HTML in one place: static/js/page/markup.js.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["multichat"],
    },
}

# --- words, time, files -------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "multichat.static_files.HashedStaticFilesStorage"
    },
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
