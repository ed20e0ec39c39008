"""Several things at once, each in a thread with a database connection of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once(function, *arguments):
    """Call the function with each argument, all in the same moment; return what they return."""
    gate = Barrier(len(arguments))

    def call(argument):
        gate.wait(timeout=10)
        try:
            return function(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))


async def in_thread(function, *args, **kwargs):
    """Call the function where Django allows queries, and await what it returns."""

    def call():
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(call)
