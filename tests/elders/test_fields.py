"""What is encrypted at rest, and found again by its keyed hash."""

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection
from django.forms import modelform_factory

from elders.fields import Unreadable, search_hashes
from elders.models import Elder
from tests import cast

pytestmark = pytest.mark.django_db
ID = "33010619440512002X"


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM elders_elder")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("column", ["health_summary", "id_number", "card_number", "door_code"])
def test_a_stolen_database_does_not_tell(column):
    cast.mei(**{column: "secret 秘密"})
    assert "secret" not in stored(column)
    assert "秘密" not in stored(column)
    assert getattr(Elder.objects.get(), column) == "secret 秘密"


def test_the_same_text_never_looks_the_same_twice():
    cast.mei(id_number=ID)
    before = stored("id_number")
    Elder.objects.get().save()
    assert stored("id_number") != before


def test_nothing_is_stored_for_nothing():
    cast.mei(id_number="")
    assert stored("id_number") == ""
    assert stored("id_number_hash") == ""


def test_an_identity_number_is_found_by_its_hash_however_it_is_written():
    mei = cast.mei(id_number=ID)
    assert Elder.objects.get(id_number_hash__in=search_hashes(" 330106 19440512 002x ")) == mei
    assert ID not in stored("id_number_hash")


def test_the_hash_follows_the_number_also_in_bulk():
    Elder.objects.bulk_create([Elder(name="Mei", id_number=ID)])
    assert stored("id_number_hash") == search_hashes(ID)[0]


def test_a_new_key_writes_and_the_old_one_still_reads_and_finds(settings):
    settings.FIELD_KEYS = ["old"]
    cast.mei(id_number=ID)
    settings.FIELD_KEYS = ["new", "old"]
    elder = Elder.objects.get(id_number_hash__in=search_hashes(ID))
    assert elder.id_number == ID
    elder.save()
    settings.FIELD_KEYS = ["new"]
    assert Elder.objects.get(id_number_hash__in=search_hashes(ID)).id_number == ID


def test_a_lost_key_loses_neither_the_elder_nor_the_text(settings):
    settings.FIELD_KEYS = ["lost"]
    cast.mei(health_summary="pacemaker", id_number=ID)
    settings.FIELD_KEYS = ["present"]
    elder = Elder.objects.get()
    assert isinstance(elder.health_summary, Unreadable)
    elder.save()
    settings.FIELD_KEYS = ["lost"]
    assert Elder.objects.get().health_summary == "pacemaker"
    assert Elder.objects.filter(id_number_hash__in=search_hashes(ID)).exists()


def test_a_form_sends_back_what_it_could_not_read_without_harm(settings):
    settings.FIELD_KEYS = ["lost"]
    cast.mei(health_summary="pacemaker")
    settings.FIELD_KEYS = ["present"]
    form = modelform_factory(Elder, fields=["health_summary"])
    elder = Elder.objects.get()
    form({"health_summary": str(elder.health_summary)}, instance=elder).save()
    settings.FIELD_KEYS = ["lost"]
    assert Elder.objects.get().health_summary == "pacemaker"


def test_without_a_key_nothing_is_written_in_the_clear(settings):
    settings.FIELD_KEYS = [""]
    with pytest.raises(ImproperlyConfigured):
        cast.mei(id_number=ID)


def test_a_form_takes_a_telephone_number_as_people_write_it():
    form = modelform_factory(Elder, fields=["second_number"])
    form({"second_number": "138 0000 0099"}, instance=cast.mei()).save()
    assert Elder.objects.get().second_number == "+8613800000099"


def test_a_form_says_which_number_is_none():
    form = modelform_factory(Elder, fields=["second_number"])({"second_number": "ring me"})
    assert list(form.errors) == ["second_number"]


def test_a_home_has_both_coordinates_or_none():
    with pytest.raises(ValidationError):
        Elder(name="Mei", lat=30.0).full_clean()
