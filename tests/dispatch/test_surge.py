"""A surge: three times the usual wait, and each call is kept short."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from dispatch import surge
from telephony.models import Call

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    cache.clear()


def call(ref, opened_at, *, waits_s=None):
    answered_at = opened_at + timedelta(seconds=waits_s) if waits_s is not None else None
    Call.objects.create(
        direction="inbound",
        carrier="simulator",
        carrier_ref=ref,
        state="ended" if answered_at else "ringing",
        opened_at=opened_at,
        queued_at=opened_at,
        answered_at=answered_at,
    )


def usually(now, waits_s):
    for n in range(10):
        call(f"usual-{n}", now - timedelta(days=n + 1), waits_s=waits_s)


def waiting(now, *waits_s):
    for n, wait_s in enumerate(waits_s):
        call(f"waits-{n}", now - timedelta(seconds=wait_s))


def test_three_times_the_usual_wait_is_a_surge(now):
    usually(now, 10)
    waiting(now, 20, 30, 45)
    found = surge.now_or_not(now=now)
    assert (found.on, found.usual_s) == (True, 10)


def test_less_than_that_is_a_busy_morning(now):
    usually(now, 10)
    waiting(now, 20, 25, 40)
    assert not surge.now_or_not(now=now).on


def test_one_long_wait_is_no_surge(now):
    usually(now, 10)
    waiting(now, 300)
    assert not surge.now_or_not(now=now).on


def test_the_factor_is_a_setting(now, settings):
    settings.SURGE_FACTOR = 2
    usually(now, 10)
    waiting(now, 20, 25, 40)
    assert surge.now_or_not(now=now).on


def test_in_a_surge_what_saves_lives_is_asked_and_the_rest_is_skipped():
    calm, short = surge.Surge(False, 5, 5), surge.Surge(True, 5, 60)
    assert calm.skipped == []
    assert set(short.asked) | set(short.skipped) == set(calm.asked)
    assert "Awake, breathing, bleeding?" in short.asked
    assert "Were you content last time?" in short.skipped
