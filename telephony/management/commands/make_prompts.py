"""`manage.py make_prompts`: speaks the hotline's sentences before anybody has to wait for one."""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext

from providers.models import Category
from telephony import prompts

SPOKEN = re.compile(r"(^|/)(\w+_)?(wording|spoken|sentences)\w*(\.py|/)")
"""The modules whose sentences are heard, on a call or on an elder's page."""


FACTS = re.compile(r"%\((\w+)\)[a-z]")
MINUTES = range(2, 61)


class Command(BaseCommand):
    help = "Speaks every sentence of the catalogue, without names in it, in each language."

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
    yield from product("0123456789", ("en", "zh-hans"))  # of the number that she says at the door


def _plain(text: str, language: str) -> Iterator[str]:
    """The sentence with our number in it, "Somebody" for a name, and once with each category and
    each minute; none with other facts."""
    facts = sorted(set(FACTS.findall(text)))
    known = _known(language)
    if not text or not known.keys() >= set(facts):
        return
    for values in product(*(known[fact] for fact in facts)):
        yield text % dict(zip(facts, values, strict=True)) if facts else text


def _known(language: str) -> dict[str, list[str]]:
    with translation.override(language):
        somebody = [gettext("Somebody")]
    categories = Category.objects.values_list("name" if language == "en" else "name_zh", flat=True)
    return {
        "number": [settings.HOTLINE_NUMBER],
        "category": list(categories),
        "minutes": [str(minutes) for minutes in MINUTES],
        "worker": somebody,
        "owner": somebody,
    }
