"""`manage.py asterisk_config FOLDER`: the configuration of Asterisk for this house."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from telephony import prompts
from telephony.carriers.asterisk import deployment


class Command(BaseCommand):
    help = "Writes Asterisk's configuration, with a telephone for every operator, into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        prompts.waiting_music()
        for path in deployment.write(folder, deployment.operators()):
            self.stdout.write(str(path))
