"""The sweep's task is killed when the file "kill-the-sweep" is in the site's directory.

Whatever the task awaits just then raises, as a bug in any line of it would.
"""

import asyncio

from django.conf import settings

from chat.hub import Hub

LOOK_SECONDS = 0.05
SWEEP = "chat/hub/sweep.py"


def put_in():
    start = Hub.__init__

    def start_and_watch(hub, *args, **kwargs):
        start(hub, *args, **kwargs)
        asyncio.get_running_loop().create_task(watch(settings.VAR_DIR / "kill-the-sweep"))

    Hub.__init__ = start_and_watch


async def watch(order):
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if order.exists() and kill():
            order.unlink()


def kill():
    """Break what the sweep waits for; return whether it was found waiting."""
    for task in asyncio.all_tasks():
        waits_for = getattr(task, "_fut_waiter", None)
        if sweeps(task.get_coro()) and waits_for and not waits_for.done():
            waits_for.set_exception(RuntimeError("the sweep is killed by the test"))
            return True
    return False


def sweeps(coroutine):
    """Whether a coroutine is, or awaits, one of the sweep's."""
    while coroutine is not None:
        code = getattr(coroutine, "cr_code", None)
        if code and code.co_filename.endswith(SWEEP):
            return True
        coroutine = getattr(coroutine, "cr_await", None)
    return False
