"""Make the tables, people with sessions, and rooms; print the sessions' keys and the rooms' ids.

Usage: python -m bench.stock.prepare PEOPLE ROOMS
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.stock.settings")
django.setup()

from django.contrib.auth import (  # noqa: E402 - models need the set-up
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from bench.stock.models import Room  # noqa: E402


def log_in(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save(must_create=True)
    return store.session_key


def prepare(people, rooms):
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        users = [
            User.objects.create(username=f"person{number}", password=f"!{number}")
            for number in range(people)
        ]
        cookies = [log_in(user) for user in users]
        made = [Room.objects.create(title=f"Room {number}") for number in range(rooms)]
    return {"cookies": cookies, "rooms": [room.pk for room in made]}


print(json.dumps(prepare(*map(int, sys.argv[1:]))))
