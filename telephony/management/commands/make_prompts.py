"""`manage.py make_prompts`: speaks the hotline's sentences before anybody has to wait for one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand

from providers.models import Category
from telephony import prompts

SPOKEN = re.compile(r"(^|/)(\w+_)?(wording|spoken|sentences)\w*(\.py|/)")
"""The modules whose sentences are heard, on a call or on an elder's page."""


FACTS = re.compile(r"%\((\w+)\)[a-z]")


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
                    yield from ((plain, language) for plain in _plain(text, language))


def _plain(text: str, language: str) -> Iterator[str]:
    """The sentence with our number in it, and once with each category; none with other facts."""
    plain = text.replace("%(number)s", settings.HOTLINE_NUMBER)
    facts = set(FACTS.findall(plain))
    if facts == {"category"}:
        for category in Category.objects.all():
            name = category.name if language == "en" else category.name_zh
            yield plain.replace("%(category)s", name)
    elif plain and not facts:
        yield plain
