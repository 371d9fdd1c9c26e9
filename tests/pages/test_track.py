"""The family's page: what it tells, when it stops, and what it leaves behind."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import closing, links
from dispatch.actors import SYSTEM, actor_of
from dispatch.models import ServiceRequest, TrackLink
from dispatch.pages import labels
from dispatch.states import Disposition
from elders import consent
from elders.models import AccessEntry
from tests import cast
from tests.pages import town
from tracking import geo

pytestmark = pytest.mark.django_db


def shown(path, language="en"):
    answer = town.browser(language=language).get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def places(path):
    """What the map draws, by id; empty without a map."""
    html = town.browser().get(path).content.decode()
    found = re.search(r'<script id="places" type="application/json">(.*?)</script>', html)
    return {one["id"]: one for one in json.loads(found[1])["markers"]} if found else {}


def test_an_ordinary_day_is_a_calm_page(mei):
    page = shown(town.track(mei))
    assert "Nothing is going on" in page
    assert "12349" in page


def test_help_is_promised_only_once_somebody_has_accepted(mei, wai):
    request, path = town.asked(mei), town.track(mei)
    assert request.state == "OFFERED"
    before = shown(path)
    assert "We are looking for somebody" in before
    assert "Help is coming" not in before
    assert "Wai Ho" not in before
    assert "Ring our operator: 12349" in before
    town.accepted(request)
    after = shown(path)
    assert "Help is coming" in after
    assert "Wai Ho has accepted" in after
    assert "Ring Wai Ho through 12349" in after
    assert wai.phone not in town.browser(None).get(path).content.decode()
    assert "Sunrise Kitchen" in after
    assert "Verified" in after


def test_the_expected_arrival_goes_with_a_fix_older_than_three_minutes(mei, wai):
    request, path = town.asked(mei), town.track(mei)
    town.under_way(request)
    town.stands(wai, 30.2790, 120.1590, age_s=20)
    assert "arrives" in shown(path)
    town.stands(wai, 30.2790, 120.1590, age_s=200)
    late = shown(path)
    assert "arrives" not in late
    assert "Wai Ho is on the way" in late
    assert places(path)[f"worker:{wai.pk}"]["old"]


def test_her_place_is_coarse_unless_she_agreed_to_more(mei, wai):
    town.asked(mei)
    path = town.track(mei)
    her = places(path)["elder"]
    assert her["accuracy_m"] == 300
    assert (her["lat"], her["lon"]) != (mei.lat, mei.lon)
    assert geo.distance_m(her["lat"], her["lon"], mei.lat, mei.lon) <= 300
    assert mei.address not in shown(path)
    cast.ka_ming(mei, consent.Scope.WHEREABOUTS)
    assert (places(path)["elder"]["lat"], places(path)["elder"]["lon"]) == (mei.lat, mei.lon)
    assert mei.address not in shown(path)


def test_who_comes_does_not_give_away_the_place_that_is_told_coarsely(mei, wai):
    """Three exact distances, or the last pin before her door, would be her place."""
    request, path = town.asked(mei), town.track(mei)
    town.under_way(request)
    town.stands(wai, mei.lat + 0.0003, mei.lon)
    assert f"worker:{wai.pk}" not in places(path)
    assert not re.search(r"[0-9] k?m away", shown(path))
    assert "arrives" in shown(path)
    town.stands(wai, mei.lat + 0.02, mei.lon)
    found = places(path)
    her, him = found["elder"], found[f"worker:{wai.pk}"]
    away_m = geo.distance_m(her["lat"], her["lon"], him["lat"], him["lon"])
    assert f"{labels.distance(away_m)} away" in shown(path)
    cast.ka_ming(mei, consent.Scope.WHEREABOUTS)
    town.stands(wai, mei.lat + 0.0003, mei.lon)
    assert f"worker:{wai.pk}" in places(path)
    assert "30 m away" in shown(path)


def test_nobody_is_on_the_map_when_nothing_is_open(mei, wai):
    request, path = town.asked(mei), town.track(mei)
    assert "elder" in places(path)
    closing.cancel(request.pk, by=SYSTEM, now=timezone.now())
    assert places(path) == {}
    assert "Cancelled" in shown(path)


def test_an_emergency_says_who_looks_after_her_and_nothing_of_her_health(mei, wai):
    request, path = town.asked(mei, "medical", emergency=True), town.track(mei)
    page = shown(path)
    assert "in front of our operators" in page
    assert "Medical" not in page
    ServiceRequest.objects.filter(pk=request.pk).update(voice_at=timezone.now())
    page = shown(path)
    assert "Our operator has spoken with Mei Chen" in page
    assert "diabetes" not in page


def test_a_finished_visit_and_a_closed_request_are_said_so(mei, wai):
    request, path = town.asked(mei), town.track(mei)
    town.finished(request)
    assert "The visit is finished" in shown(path)
    closing.confirm(request.pk, by=actor_of(mei.user), now=timezone.now())
    page = shown(path)
    assert "This is settled" in page
    assert "All is well, says Mei Chen" in page


def test_a_link_of_another_family_never_leads_to_her(mei, wai):
    town.asked(mei)
    page = shown(town.track(cast.lan()))
    assert "Nothing is going on" in page
    assert "Mei" not in page


def test_safeguarding_keeps_the_page_ordinary(mei, wai):
    request = town.asked(mei)
    mei.safeguarding = True
    mei.save()
    for path in (town.track(mei), town.track(mei, request)):
        assert "Nothing is going on" in shown(path)
        assert places(path) == {}
    token = town.track(mei).split("/")[2]
    now = timezone.now()
    assert links.seq_if_allowed(token, f"request:{request.pk}", now=now) == (False, None)
    assert AccessEntry.objects.filter(elder=mei, sealed=True).exists()


@pytest.mark.parametrize("end", ["revoked", "expired", "two hours after", "never"])
def test_an_ended_link_says_so_and_names_the_number_to_ring(mei, wai, end):
    now = timezone.now()
    request = town.asked(mei)
    path = town.track(mei, request)
    if end == "revoked":
        links.revoke(TrackLink.objects.get(), now=now)
    elif end == "expired":
        TrackLink.objects.update(expires_at=now)
    elif end == "two hours after":
        closing.close(request.pk, by=SYSTEM, now=now, disposition=Disposition.MET)
        ServiceRequest.objects.update(closed_at=now - timedelta(hours=2, seconds=1))
    else:
        path = "/track/nothing-of-ours/"
    for place in (path, f"{path}now/"):
        answer = town.browser().get(place)
        assert answer.status_code == 404
        assert "This link has ended" in answer.content.decode()
        assert "tel:12349" in answer.content.decode()
        assert "Mei" not in answer.content.decode()
    assert answer["HX-Refresh"] == "true"  # a page that was open comes here by itself


def test_a_look_leaves_its_entry_and_the_link_goes_nowhere(mei):
    answer = town.browser().get(town.track(mei))
    (entry,) = AccessEntry.objects.filter(elder=mei)
    assert (entry.actor, entry.purpose) == (None, "family link")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_an_open_page_does_not_fill_the_ledger(mei):
    path = town.track(mei)
    for _ in range(5):
        town.browser().get(f"{path}now/")
    assert AccessEntry.objects.filter(elder=mei).count() == 1


def test_its_language_is_chosen_without_a_form(mei):
    client, path = town.browser(), town.track(mei)
    answer = client.get(f"{path}?language=zh-hans", follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert 'lang="zh-Hans"' in answer.content.decode()
    assert "陈梅" in answer.content.decode()


def test_it_is_only_read(mei):
    assert town.browser().post(town.track(mei)).status_code == 405
