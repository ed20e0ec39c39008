"""The other end of outside.py: a process with Django set up, which takes calls on stdin.

A call is a line of JSON, [name of a function below, its arguments]; its answer is one on stdout,
{"value": what it returned} or {"error": the traceback}.
"""

import json
import os
import sys
import traceback
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wire.settings")
django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - models need the set-up
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from allauth.usersessions.models import UserSession  # noqa: E402
from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user_model,
)
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import close_old_connections, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from chat.models import Epoch, Feed, Member, Message, Rights, Room  # noqa: E402
from multichat.models import Chore  # noqa: E402

User = get_user_model()
MODELS = {
    "room": Room,
    "user": User,
    "member": Member,
    "message": Message,
    "session": Session,
    "chore": Chore,
    "listed": UserSession,
}
# No pool: each call opens a connection, so that it does not matter what happened to the database.
connection.settings_dict["OPTIONS"].pop("pool", None)
held = []


def people(usernames, password, traits):
    hashed = password and make_password(password)
    with transaction.atomic():
        made = [
            User.objects.create(
                username=username,
                password=hashed or f"!{username}",
                **traits,
            )
            for username in usernames
        ]
        return [{"id": user.pk, "username": user.username, "cookie": log_in(user)} for user in made]


def log_in(user):
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save(must_create=True)
    return store.session_key


def session(user):
    return log_in(User.objects.get(pk=user))


def end_session(cookie):
    Session.objects.filter(pk=cookie).delete()


def expire_session(cookie):
    past = timezone.now() - timedelta(minutes=1)
    Session.objects.filter(pk=cookie).update(expire_date=past)


def end_sessions(user):
    User.objects.get(pk=user).end_sessions()


def give_second_factor(user):
    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(pk=user), secret)
    return secret


def take_second_factor(user):
    assert Authenticator.objects.filter(user=user).delete()[0]


def rooms(titles, fields):
    with transaction.atomic():
        made = [Room.objects.create(title=title, **fields) for title in titles]
    return [
        {"id": room.pk, "title": room.title, "slug": room.slug, "url": room.get_absolute_url()}
        for room in made
    ]


def all_rooms():
    return list(Room.objects.values("id", "title"))


def place(room, user, fields):
    """Give somebody a place in a room."""
    Member.objects.update_or_create(room_id=room, user_id=user, defaults=fields)


def place_of(room, user):
    """Return what somebody is in a room and on the site: no two are alike who differ in a right."""
    row = Member.objects.filter(room_id=room, user_id=user).values_list(
        "role", "banned", "silenced"
    )
    active = User.objects.filter(pk=user, is_active=True).exists()
    return [list(row.first() or ["guest", False, False]), active]


def fill(room, user, texts):
    with transaction.atomic():
        Feed.objects.update_or_create(room_id=room, defaults={"version": len(texts)})
        made = Message.objects.bulk_create(
            Message(
                room_id=room,
                user_id=user,
                version=version,
                first_version=version,
                text=text,
                html=f"<p>{text}</p>",
                renderer=1,
                sent_at=timezone.now(),
            )
            for version, text in enumerate(texts, 1)
        )
    return [message.pk for message in made]


def change(model, id, fields):
    assert MODELS[model].objects.filter(pk=id).update(**fields) == 1


def there(model, id):
    return MODELS[model].objects.filter(pk=id).exists()


def remove(model, id):
    assert MODELS[model].objects.filter(pk=id).delete()[0]


def make(model, fields):
    return MODELS[model].objects.create(**fields).pk


def make_many(model, rows):
    MODELS[model].objects.bulk_create(MODELS[model](**fields) for fields in rows)


def save(model, id, fields):
    """Instance by instance, as forms and scripts do it."""
    thing = MODELS[model].objects.get(pk=id)
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


def delete(model, id):
    assert MODELS[model].objects.get(pk=id).delete()[0]


def sql(statements):
    """Run [statement, values] pairs in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)


def set_password(user, password):
    person = User.objects.get(pk=user)
    person.set_password(password)
    person.save()


def find(model, fields):
    return MODELS[model].objects.filter(**fields).values_list("pk", flat=True).first()


def rights():
    return Rights.current()


def messages(room):
    return [
        {
            "id": row.pk,
            "version": row.version,
            "msg_type": row.msg_type,
            "user": row.user_id,
            "message": row.text,
            "key": row.key,
            "deleted": row.deleted,
            "reply_to": row.reply_to_id,
        }
        for row in Message.objects.filter(room=room).order_by("version")
    ]


def version(room):
    return Feed.objects.filter(room=room).values_list("version", flat=True).first() or 0


def new_epoch():
    return Epoch.renew()


def hold(room):
    """Open a transaction that has written to the room's feed, and leave it open."""
    block = transaction.atomic()
    block.__enter__()
    held.append(block)
    Feed.objects.filter(room=room).update(version=version(room))


def release():
    transaction.set_rollback(True)
    held.pop().__exit__(None, None, None)


def main():
    calls = {name: thing for name, thing in globals().items() if callable(thing)}
    for line in sys.stdin:
        name, arguments = json.loads(line)
        if not held:
            close_old_connections()
        try:
            answer = {"value": calls[name](**arguments)}
        except Exception:  # the test that called gets to see it
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
