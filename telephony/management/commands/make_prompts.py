"""`manage.py make_prompts`: speaks the hotline's sentences before anybody has to wait for one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand

from telephony.carriers.asterisk import prompts

SPOKEN = re.compile(r"(^|/)(wording|spoken|sentences)\w*(\.py|/)")
"""The modules whose sentences are heard; what has a name in it is spoken when it is needed."""


class Command(BaseCommand):
    help = "Speaks every sentence of the catalogue that has no name in it, in each language."

    def handle(self, *args: Any, **options: Any) -> None:
        made = failed = 0
        for text, language in _texts():
            for sentence in prompts.sentences(text):
                path = prompts.file_of(sentence, language)
                made, failed = made + (path is not None), failed + (path is None)
                name = prompts.name_of(sentence, language)
                self.stdout.write(f"{name}.wav {language} {sentence}")
        prompts.waiting_music()
        self.stdout.write(f"{made} sentences, {failed} could not be spoken")


def _texts() -> Iterator[tuple[str, str]]:
    for folder in settings.LOCALE_PATHS:
        catalogue = Path(folder) / "zh_Hans" / "LC_MESSAGES" / "django.po"
        with catalogue.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                spoken = any(SPOKEN.search(str(place)) for place, _line in message.locations)
                if not message.id or not spoken or not isinstance(message.id, str):
                    continue
                for text, language in ((message.id, "en"), (str(message.string), "zh-hans")):
                    plain = text.replace("%(number)s", settings.HOTLINE_NUMBER)
                    if plain and "%(" not in plain:
                        yield plain, language
