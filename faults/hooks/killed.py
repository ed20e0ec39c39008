"""kill -9 of this process at the moment that KILLED_AT names, in a send of the text "doomed".

before-commit: when its transaction is about to be committed; after-commit: when it has been, and
nobody knows yet; announcing: when this process knows, and the others are about to be told.
"""

import os
import signal
import threading

from channels_redis.core import RedisChannelLayer
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

DOOMED = "doomed"
doomed = threading.local()  # .stored: this thread's transaction holds the message


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def put_in():
    moment = os.environ["KILLED_AT"]
    if moment == "announcing":
        die_announcing()
    else:
        die_committing(before=moment == "before-commit")


def die_announcing():
    group_send = RedisChannelLayer.group_send

    async def group_send_or_die(layer, group, message):
        if DOOMED in repr(message):
            die()
        await group_send(layer, group, message)

    RedisChannelLayer.group_send = group_send_or_die


def die_committing(before):
    execute, commit = CursorWrapper.execute, BaseDatabaseWrapper._commit

    def execute_and_note(cursor, sql, params=None):
        if "INSERT" in sql and "chat_message" in sql and DOOMED in repr(params):
            doomed.stored = True
        return execute(cursor, sql, params)

    def commit_or_die(connection):
        if before and getattr(doomed, "stored", False):
            die()
        commit(connection)
        if getattr(doomed, "stored", False):
            die()

    CursorWrapper.execute = execute_and_note
    BaseDatabaseWrapper._commit = commit_or_die
