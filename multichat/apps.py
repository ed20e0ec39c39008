from django.apps import AppConfig


class MultichatConfig(AppConfig):
    """The project itself is an app, so that its `serve` command is found."""

    name = "multichat"
