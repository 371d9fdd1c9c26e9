import pytest

from providers import categories
from providers.models import Category

pytestmark = pytest.mark.django_db


def test_every_town_starts_with_eight_in_both_languages():
    assert list(Category.objects.values_list("code", flat=True)) == [
        "catering", "housekeeping", "medical", "personal_care",
        "repair", "escort", "companionship", "learning",
    ]  # fmt: skip
    assert all(each.name and each.name_zh and each.icon for each in Category.objects.all())


def test_one_key_orders_meals_and_two_housekeeping_and_no_key_a_doctor():
    keys = dict(Category.objects.exclude(hotline_digit=None).values_list("hotline_digit", "code"))
    assert keys == {"1": "catering", "2": "housekeeping"}


def test_what_a_town_has_changed_stays():
    Category.objects.filter(code="repair").update(name="Handyman")
    Category.objects.filter(code="learning").delete()
    categories.ensure()
    assert Category.objects.get(code="repair").name == "Handyman"
    assert Category.objects.filter(code="learning").exists()
