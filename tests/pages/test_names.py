"""Who acted, in the language of whoever reads the log, from events that keep one name."""

import pytest
from django.utils import timezone, translation

from dispatch import closing, notes
from dispatch.actors import Actor, actor_of
from dispatch.models import Event
from dispatch.pages import timeline
from dispatch.pages.desk import lines
from dispatch.pages.names import Actors
from elders.models import User
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


def by_of(request, language):
    with translation.override(language):
        return [line.by for line in lines.told(request.events.all())]


def test_the_log_names_whoever_acted_in_the_readers_language(mei, wai):
    request = town.asked(mei)
    for user in (cast.olive(), wai.user, mei.user, cast.ka_ming(mei)):
        notes.write(request.pk, "Rang her.", by=actor_of(user), now=timezone.now())
    before = list(Event.objects.values())
    english, chinese = (by_of(request, language)[-4:] for language in ("en", "zh-hans"))
    assert english == ["Olive", "Wai Ho", "Mei Chen", "Ka-Ming Chen"]
    assert chinese == ["奥丽", "何伟", "陈梅", "陈家明"]
    assert list(Event.objects.values()) == before


def test_what_was_done_in_chinese_is_read_in_english(mei):
    request = town.asked(mei)
    with translation.override("zh-hans"):
        olive = actor_of(cast.olive())
    assert olive.name == "奥丽"
    notes.write(request.pk, "Rang her.", by=olive, now=timezone.now())
    assert by_of(request, "en")[-1] == "Olive"


def test_the_family_reads_who_confirmed_in_its_own_language(mei, wai):
    request = town.asked(mei)
    town.finished(request)
    closing.confirm(request.pk, by=actor_of(cast.olive()), now=timezone.now())
    with translation.override("zh-hans"):
        told = timeline.told(request.events.all(), elder="陈梅", category="送餐")
    assert any("奥丽" in entry.title for entry in told)
    assert not any("Olive" in entry.title for entry in told)


def test_who_is_called_otherwise_by_now_was_called_that_then(mei):
    olive = cast.olive()
    was = actor_of(olive).as_json()
    User.objects.filter(pk=olive.pk).update(name="Olive Lau", name_zh="刘奥丽")
    with translation.override("zh-hans"):
        assert Actors([was]).name(was) == "Olive"


@pytest.mark.parametrize(
    "by",
    [
        Actor("caller", None, cast.MEI_NUMBER),
        Actor("device", 1, cast.WATCH_ID),
        Actor("family", None, "Ka-Ming Chen"),
        Actor("operator", 4711, "Olive"),  # her account is gone
        Actor("of another version", 1, "Olive"),
    ],
)
def test_who_is_in_no_register_is_called_what_the_event_says(mei, by):
    cast.olive()
    assert Actors([by.as_json()]).name(by.as_json()) == by.name


def test_a_name_that_was_taken_out_of_the_log_does_not_come_back(mei):
    forgotten = {"kind": "elder", "id": mei.pk, "name": ""}
    assert Actors([forgotten]).name(forgotten) == ""


def test_a_long_log_asks_each_register_once(mei, wai, django_assert_num_queries):
    acted = [actor_of(user).as_json() for user in (cast.olive(), wai.user, mei.user)] * 50
    with django_assert_num_queries(3):
        actors = Actors(acted)
        assert {actors.name(by) for by in acted} == {"Olive", "Wai Ho", "Mei Chen"}
