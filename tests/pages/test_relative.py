"""The family's account: one page an elder, as far as she agreed, and who has looked."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import closing
from dispatch.actors import SYSTEM
from elders import consent
from elders.models import AccessEntry, FamilyLink
from tests import cast
from tests.pages import town
from tracking.models import Device

pytestmark = pytest.mark.django_db
Scope = consent.Scope


def words(user, path="/family/", language="en"):
    answer = town.browser(user, language).get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def markers(user):
    return (
        "Map; the same stands in words below" in town.browser(user).get("/family/").content.decode()
    )


def test_an_ordinary_day_is_calm_and_says_what_one_may_see(mei):
    page = words(cast.ka_ming(mei))
    assert "Nothing is going on" in page
    assert "Requests since" in page
    assert "Whereabouts" not in page
    assert "None that you may see." in page


def test_a_visit_is_told_as_it_happens_and_stays_in_the_last_30_days(mei, wai):
    son = cast.ka_ming(mei)
    request = town.asked(mei)
    assert "Help is coming" not in words(son)
    town.accepted(request)
    assert "Wai Ho" in words(son)
    closing.cancel(request.pk, by=SYSTEM, now=timezone.now())
    type(request).objects.filter(pk=request.pk).update(
        closed_at=timezone.now() - timedelta(hours=3)
    )
    later = words(son)
    assert "Nothing is going on" in later
    assert re.search(r"Meals \S+ \d\d:\d\d · Cancelled", later)
    type(request).objects.filter(pk=request.pk).update(
        closed_at=timezone.now() - timedelta(days=31)
    )
    assert "Cancelled" not in words(son)


def test_without_consent_for_requests_nothing_is_told_of_them(mei, wai):
    son = cast.ka_ming(mei, Scope.HEALTH)
    town.accepted(town.asked(mei, emergency=True))
    page = words(son)
    assert "Nothing is going on" in page
    assert "Wai Ho" not in page
    assert not markers(son)


def test_where_she_is_stands_there_only_while_something_is_open(mei, wai):
    son = cast.ka_ming(mei, Scope.REQUESTS, Scope.WHEREABOUTS)
    assert not markers(son)
    request = town.asked(mei)
    assert markers(son)
    assert "is at home, as far as we know" in words(son)
    closing.cancel(request.pk, by=SYSTEM, now=timezone.now())
    assert not markers(son)


def test_without_consent_for_whereabouts_her_place_is_coarse(mei, wai):
    son = cast.ka_ming(mei)
    town.asked(mei)
    assert "is within 300 m of the mark" in words(son)


def test_devices_and_batteries_are_for_whom_she_lets_know_where_she_is(mei):
    son = cast.ka_ming(mei, Scope.WHEREABOUTS)
    watch = cast.watch(mei)
    Device.objects.filter(pk=watch.pk).update(battery=37, last_heard_at=timezone.now())
    assert "battery 37%" in words(son)
    consent.withdraw(mei, son, Scope.WHEREABOUTS, now=timezone.now())
    consent.give(mei, son, Scope.HEALTH, now=timezone.now())
    assert "battery" not in words(son)


def test_a_barred_relative_sees_an_ordinary_page_that_tells_nothing(mei, wai):
    son = cast.ka_ming(mei, *Scope)
    cast.watch(mei)
    FamilyLink.objects.update(barred=True)
    town.accepted(town.asked(mei, emergency=True))
    page = words(son)
    assert "Nothing is going on" in page
    assert "None that you may see." in page
    assert "Wai Ho" not in page
    assert not markers(son)


def test_each_look_is_kept_and_read_out_to_her_family(mei):
    son = cast.ka_ming(mei)
    words(son)
    [entry] = AccessEntry.objects.filter(elder=mei, actor=son)
    assert entry.purpose == "family"
    assert "Ka-Ming Chen" in words(son)


def test_another_family_sees_nothing_of_her_by_any_number(mei):
    rose = cast.rose(cast.lan())
    assert "Mei Chen" not in words(rose)
    assert town.browser(rose).get("/family/", {"elder": mei.pk}).status_code == 404
    assert town.browser(rose).get("/family/now/", {"elder": mei.pk}).status_code == 404
    for odd in ("-1", "x", "9" * 30, "²"):
        assert town.browser(rose).get("/family/", {"elder": odd}).status_code == 404


def test_two_elders_are_chosen_by_name(mei):
    son, lan = cast.ka_ming(mei), cast.lan()
    FamilyLink.objects.create(elder=lan, user=son)
    consent.give(lan, son, Scope.REQUESTS, now=timezone.now())
    page = words(son)
    assert "Lan Zhou" in page
    assert f"When {lan.name} calls" in words(son, f"/family/?elder={lan.pk}")


def test_a_relative_whom_nobody_lets_see_anything_is_told_how_that_is_done(mei):
    son = cast.ka_ming(mei)
    consent.withdraw(mei, son, now=timezone.now())
    page = words(son)
    assert "Nobody is shown here yet" in page
    assert "12349" in page


def test_the_page_of_an_account_is_not_for_other_kinds_of_people(mei):
    assert town.browser(mei.user).get("/family/").status_code == 403
    assert town.browser().get("/family/").status_code == 302
