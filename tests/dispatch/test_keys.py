"""The operator's own keys: chosen, refused by name, switched off, kept with the account."""

import re

import pytest
from django.urls import reverse

from dispatch import keys
from dispatch.models import DeskKeys
from tests import cast
from tests.scenarios.phone import Phone


@pytest.mark.parametrize(
    ("typed", "key"),
    [(" f8 ", "F8"), ("shift + f4", "Shift+F4"), ("ALT+H", "Alt+h"), ("N", "n"), ("", "")],
)
def test_a_key_is_read_as_people_write_it(typed, key):
    assert keys.read(typed) == key


def test_what_is_delivered_has_no_fault():
    assert keys.faults(keys.DEFAULTS) == {}


def test_a_key_twice_one_of_the_browser_and_nonsense_are_faults():
    chosen = {"answer": "F4", "hold": "F4", "add": "F5", "find": "7", "note": "Enter", "best": ""}
    assert keys.faults(chosen) == {
        "hold": ("taken", "answer"),
        "add": ("browser", ""),
        "find": ("unknown", ""),
        "note": ("unknown", ""),
    }


@pytest.fixture
def olive(client, db):
    client.cookies["django_language"] = "en"
    olive = cast.olive()
    client.force_login(olive)
    return olive


def keep(client, **chosen):
    form = keys.DEFAULTS | chosen | {"letters": "on"}
    return client.post(reverse("console-keys"), form)


def test_a_conflict_is_refused_and_names_the_key_and_what_has_it(client, olive):
    answer = keep(client, hold="f2")
    assert answer.status_code == 400
    assert "F2 is taken already: Answer whoever is first" in answer.content.decode()
    assert "F5 belongs to the browser." in keep(client, hold="F5").content.decode()
    assert not DeskKeys.objects.exists()


def test_buttons_show_and_wear_the_chosen_key_and_another_operator_has_hers(
    client, olive, settings
):
    settings.SIMULATOR = True
    assert keep(client, answer="Alt+a", look="").status_code == 302
    cast.mei()
    Phone(cast.MEI_NUMBER).dial()
    mine = client.get(reverse("console-queue")).content.decode()
    assert 'data-key="Alt+a"' in mine
    assert "<kbd>Alt A</kbd>" in mine
    assert not re.search(r'"F2"|<kbd>F2', mine), "what was switched off is gone"
    client.force_login(cast.sol())
    theirs = client.get(reverse("console-queue")).content.decode()
    assert 'data-key="F2"' in theirs
    assert 'data-key="Shift+F2"' in theirs


def test_letters_are_switched_off_and_all_comes_back_as_delivered(client, olive):
    client.post(reverse("console-keys"), dict(keys.DEFAULTS))
    assert 'data-letters="off"' in client.get(reverse("console")).content.decode()
    client.post(reverse("console-keys"), {"reset": "1"})
    assert not DeskKeys.objects.exists()
    assert 'data-letters="off"' not in client.get(reverse("console")).content.decode()
