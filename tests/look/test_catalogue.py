"""Every sentence has its Chinese: none missing, none guessed, every placeholder in its place."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "dispatch" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
APPS = ("config", "dispatch", "telephony", "tracking", "elders", "providers")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[.\d]*[a-z]|%%")
TAG = re.compile(r"<[^>]+>")
# The styleguide names classes of the sheet, for whoever builds.
TEMPLATES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("templates/**/*.html")
    if path.parent.name != "styleguide"
)
TRANSLATED = re.compile(r"{% *blocktranslate.*?{% *endblocktranslate *%}", re.S)
BODY = re.compile(r"{% *block body_(?:class|attributes) *%}.*?{% *endblock *%}", re.S)
MACHINERY = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<kbd.*?</kbd>", re.S)
SPOKEN = re.compile(r"\s(?:title|alt|placeholder|aria-label|data-label|data-confirm)=\"([^\"]*)\"")
WORD = re.compile(r"[A-Za-z]{2,}")


def read(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines, locale="zh_Hans")


def first(words: str | list[str] | tuple[str, ...]) -> str:
    return words if isinstance(words, str) else words[0]


@pytest.fixture
def asked(tmp_path, settings, monkeypatch):
    """What the project's code asks to be translated, collected anew from a copy of it."""
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not installed: nothing can collect the sentences")
    for app in APPS:
        unread = shutil.ignore_patterns("locale", "static", "__pycache__")
        shutil.copytree(ROOT / app, tmp_path / app, ignore=unread)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "locale").mkdir()
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["zh_Hans"], verbosity=0)
    found = read(tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    messages = [message for message in found if message.id]
    assert len(messages) > 900
    return messages


def test_every_sentence_of_the_house_has_its_chinese(asked):
    catalogue = read(CATALOGUE)

    def lacks(message: Message) -> bool:
        kept = catalogue.get(first(message.id), message.context)
        return kept is None or kept.fuzzy or not all(kept.string or ("",))

    lacking = [first(message.id) for message in asked if lacks(message)]
    assert not lacking, "run `make messages` and translate these"


def test_the_chinese_names_the_same_facts_in_the_same_frame():
    for message in read(CATALOGUE):
        if not message.id:
            continue
        said = message.id if isinstance(message.id, str) else message.id[-1]
        for pattern in (PLACEHOLDER, TAG):
            ours, theirs = pattern.findall(said), pattern.findall(first(message.string or ""))
            assert sorted(ours) == sorted(theirs), said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_carries_words_outside_the_catalogue(path):
    page = path.read_text("utf-8")
    for hidden in (TRANSLATED, BODY, MACHINERY):
        page = hidden.sub("", page)
    shown = [*SPOKEN.findall(page), TAG.sub(" ", page)]
    words = {word for text in shown for word in WORD.findall(text)}
    assert words <= {"EN"}  # the switch of languages names each in its own
