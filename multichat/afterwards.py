"""What a page leaves to be done after its answer: nobody waits, and its time tells nothing."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.db import connections
from django.utils import translation

logger = logging.getLogger(__name__)

THREADS = 4  # mail servers are slow, and pages few that send mail

# Python waits for these threads when a process ends; the server, for ten seconds at most.
pool = ThreadPoolExecutor(THREADS, "afterwards")
here = threading.local()  # .is_afterwards: this thread is one of them


def afterwards(function, *args):
    """Call the function soon, in another thread, under this one's context (request, language).

    What it raises is logged. What a killed process had not come to is lost. What such work leaves
    in its turn is done at once: when the process ends, the threads take nothing new.
    """
    if getattr(here, "is_afterwards", False):
        function(*args)
        return
    # Of the context Django keeps the language for each thread by itself.
    pool.submit(copy_context().run, call, translation.get_language(), function, args)


def call(language, function, args):
    here.is_afterwards = True
    try:
        with translation.override(language):
            function(*args)
    except Exception:
        logger.exception("What was left for afterwards failed")
    finally:
        connections.close_all()
