"""The last visit as a word on where she is."""

from datetime import timedelta

import pytest

from dispatch import assignments, offers, whereabouts
from dispatch.actors import Actor
from tests import cast
from tests.dispatch.town import wants, workers
from tracking.models import Device

pytestmark = pytest.mark.django_db
WORKER = Actor("worker", None, "Wai")


def test_who_was_with_her_an_hour_ago_says_more_than_her_address(now):
    mei = cast.mei()
    workers(cast.sunrise_kitchen(), 1)
    request = wants(mei, now=now)
    (first, *_) = offers.make_next(request.pk, now=now)
    there = offers.accept(first.pk, by=WORKER, now=now)
    assert whereabouts.best(mei, now=now).source == "home"
    for act in (assignments.depart, assignments.arrive):
        act(there.pk, by=WORKER, now=now)
    at_the_door = whereabouts.best(mei, now=now + timedelta(minutes=40))
    assert (at_the_door.source, at_the_door.age_s, at_the_door.confidence) == ("visit", 0, "high")
    assignments.finish(there.pk, by=WORKER, now=now + timedelta(hours=1))
    later = now + timedelta(hours=2)
    estimate = whereabouts.best(mei, now=later)
    assert estimate.text == "Somebody of ours was with her 60 minutes ago: at home, 12 Willow Lane."
    assert whereabouts.best(mei, now=now + timedelta(hours=14)).source == "home"
    watch = cast.watch(mei)
    fix = {"lat": 30.28, "lon": 120.16, "accuracy_m": 10, "fixed_at": later}
    Device.objects.filter(pk=watch.pk).update(**fix)
    assert whereabouts.best(mei, now=later).source == "device"
