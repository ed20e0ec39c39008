import os
from importlib import import_module

from django.apps import AppConfig


class Hooks(AppConfig):
    """Puts in the hook that the environment variable HOOK names."""

    name = "faults.hooks"
    label = "faults"

    def ready(self):
        import_module(f"faults.hooks.{os.environ['HOOK']}").put_in()
