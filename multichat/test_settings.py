"""The settings of the tests: the site's own, but for what would only make tests slow."""

import os

from multichat.settings import *  # noqa: F403
from multichat.settings import DATABASES, MIDDLEWARE, STORAGES, VAR_DIR

# A cheap hash: most tests make people, none is about how hard passwords are to guess.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Nothing is collected before unit tests; the browser's tests run the real site, hashes and all.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("servestatic.")]

# Django's in-memory test database answers "table is locked" at once when several threads write;
# a file waits its turn, as the site's own does. Two runs at once have one each.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / f"test-{os.getpid()}.sqlite3"}
