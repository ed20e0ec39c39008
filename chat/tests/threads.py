"""Several things at once, each in a thread with a database connection of its own."""

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
