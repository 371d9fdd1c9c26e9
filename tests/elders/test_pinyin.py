"""Names typed without Chinese."""

from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from elders import pinyin
from elders.models import Elder
from tests import cast


@pytest.mark.parametrize(
    ("name", "whole", "short"),
    [
        ("陈梅", "chenmei", "cm"),
        ("欧阳雪梅", "ouyangxuemei", "oyxm"),
        ("单桂兰", "shanguilan", "sgl"),  # a family name is read otherwise
        ("尉迟敬", "yuchijing", "ycj"),
        ("吕绿", "lvlv", "ll"),  # ü is typed v
        ("Mei Chen", "", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_spelled_as_it_is_typed(name, whole, short):
    assert (pinyin.spelled(name), pinyin.initials(name)) == (whole, short)


@given(st.text())
def test_whatever_a_name_holds_its_spelling_is_small_letters(name):
    for spelling in (pinyin.spelled(name), pinyin.initials(name)):
        assert spelling == "" or (spelling.isascii() and spelling.islower() and spelling.isalpha())
    assert pinyin.typed(name) == "" or pinyin.typed(name).isalpha()


@pytest.mark.django_db
def test_a_changed_name_is_found_by_its_new_spelling_alone():
    mei = cast.mei()
    mei.name_zh = "林美"
    mei.save()
    assert Elder.objects.filter(initials="lm", spelled="linmei").exists()
    assert not Elder.objects.filter(initials="cm").exists()


@pytest.mark.django_db
def test_who_was_registered_before_is_spelled_by_the_migration():
    mei = cast.mei()
    Elder.objects.update(spelled="", initials="")
    import_module("elders.migrations.0005_spell").spell(apps, None)
    mei.refresh_from_db()
    assert (mei.spelled, mei.initials) == ("chenmei", "cm")
