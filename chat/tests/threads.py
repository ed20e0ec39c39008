"""Threads with a database connection of their own, and waiting for what they bring about."""

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


async def until(condition):
    """Wait until the function returns something true, and return that; fail after ten seconds."""
    async with asyncio.timeout(10):
        while not (value := condition()):  # noqa: ASYNC110 - a test waits for no one event
            await asyncio.sleep(0.002)
    return value
