"""As `startproject` and Channels' documentation have it; BENCH_ variables choose what is measured.

Where the documentation offers more than one way, the fast one is taken: WAL on SQLite, a pool on
PostgreSQL, and a layer that holds enough to lose nothing under the load.
"""

import os

import dj_database_url

SECRET_KEY = "the-key-of-a-site-that-lives-for-one-measurement"
ALLOWED_HOSTS = ["localhost"]
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "bench.stock",
]
ASGI_APPLICATION = "bench.stock.asgi.application"
ROOT_URLCONF = "bench.stock.asgi"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

DATABASE = dj_database_url.parse(os.environ["DATABASE_URL"])
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # As safe as the site's own: what is stored survives a power cut.
    DATABASE["OPTIONS"] = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}
else:
    DATABASE["OPTIONS"] = {"pool": True}
DATABASES = {"default": DATABASE}

LAYER_CAPACITY = 10_000
if redis := os.environ.get("REDIS_URL"):
    LAYER = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # The timeout as the site has it: without it idle sockets are lost (channels_redis 422).
        "CONFIG": {
            "hosts": [{"address": redis, "socket_timeout": 15}],
            "capacity": LAYER_CAPACITY,
        },
    }
else:
    LAYER = {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": LAYER_CAPACITY},
    }
CHANNEL_LAYERS = {"default": LAYER}

STORES = os.environ.get("BENCH_STORES") == "1"
ANNOUNCES = os.environ.get("BENCH_ANNOUNCES", "1") == "1"  # who comes and goes
