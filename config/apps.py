from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The house as a whole: commands that concern every app, and the system checks."""

    name = "config"

    def ready(self) -> None:
        for name in ("checks", "checks_telephone"):
            import_module(f"config.{name}")  # registers them
