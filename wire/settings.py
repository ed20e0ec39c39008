"""The site's settings, but what the site writes goes into a directory of the test run's own."""

import os
from pathlib import Path

from multichat.settings import *  # noqa: F403 - it is those settings

VAR_DIR = Path(os.environ["WIRE_DIRECTORY"])
STATIC_ROOT = VAR_DIR / "static"
