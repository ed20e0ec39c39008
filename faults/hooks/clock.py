"""The wall clock jumps by the seconds in the file "jump" of the site's directory, once it is there.

Patched are `time.time` and Django's `timezone.now`, which is all that the site and its libraries
read; monotonic clocks do not jump on a real machine either.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone


def put_in():
    jump = settings.VAR_DIR / "jump"
    true_time, true_now = time.time, timezone.now

    def seconds():
        return float(jump.read_text()) if jump.exists() else 0.0

    time.time = lambda: true_time() + seconds()
    timezone.now = lambda: true_now() + timedelta(seconds=seconds())
