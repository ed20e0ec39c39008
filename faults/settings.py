"""The settings of a process with a fault built in: the site's own, and the hook that HOOK names.

A hook is a module of faults/hooks, which patches the process from outside once Django is set up.
"""

import os

from wire.settings import *  # noqa: F403
from wire.settings import CHANNEL_LAYERS, INSTALLED_APPS, REDIS_URL

INSTALLED_APPS = [*INSTALLED_APPS, "faults.hooks"]

if os.environ["HOOK"] == "unreliable" and REDIS_URL:
    CHANNEL_LAYERS["default"]["BACKEND"] = "faults.hooks.unreliable.UnreliableChannelLayer"
