from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The house as a whole: commands that concern every app, and the system checks."""

    name = "config"

    def ready(self) -> None:
        from config.bell import ring
        from dispatch.bell import hang

        import_module("config.checks")  # registers them
        hang(ring)
