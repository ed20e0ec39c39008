"""Starts of the site as far as its settings, in this process, under another environment."""

import os
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType

import multichat

HOUSE = Path(multichat.__file__).parent
SOURCE = (HOUSE / "environment.py").read_text()
VARIABLES = re.findall(r'\benv\.\w+\(\s*"(\w+)"', SOURCE)


def read_environment(monkeypatch, **variables):
    """Return what environment.py makes of the variables, a dict of its names."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SECRET_KEY": "s" * 60, **variables}.items():
        monkeypatch.setenv(name, value)
    assert set(variables) <= set(os.environ)
    return runpy.run_path(str(HOUSE / "environment.py"))


def read_settings(monkeypatch, **variables):
    """Return what settings.py makes of the variables, a dict of its names."""
    environment = ModuleType("multichat.environment")
    vars(environment).update(read_environment(monkeypatch, **variables))
    monkeypatch.setitem(sys.modules, "multichat.environment", environment)
    return runpy.run_path(str(HOUSE / "settings.py"))
