"""A surge: three times the usual wait, and each call is kept short."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from dispatch import surge
from dispatch.models import SurgeSpell
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


def is_one(now):
    """Whether the sweep finds a surge."""
    surge.watch(now=now)
    return surge.now_or_not(now=now).on


def test_three_times_the_usual_wait_is_a_surge(now):
    usually(now, 10)
    waiting(now, 20, 30, 45)
    assert is_one(now)
    found = surge.now_or_not(now=now)
    assert found.usual_s == 10


def test_less_than_that_is_a_busy_morning(now):
    usually(now, 10)
    waiting(now, 20, 25, 40)
    assert not is_one(now)


def test_one_long_wait_is_no_surge(now):
    usually(now, 10)
    waiting(now, 300)
    assert not is_one(now)


def test_the_factor_is_a_setting(now, settings):
    settings.SURGE_FACTOR = 2
    usually(now, 10)
    waiting(now, 20, 25, 40)
    assert is_one(now)


def test_it_does_not_flap_when_the_wait_goes_up_and_down_around_the_line(now):
    usually(now, 10)
    waiting(now, 20, 30, 45)
    assert is_one(now)
    for second in range(1, 600, 20):
        at = now + timedelta(seconds=second)
        Call.objects.filter(carrier_ref__startswith="waits").update(
            opened_at=at - timedelta(seconds=25 if second % 40 == 1 else 45)
        )
        assert is_one(at), second
    assert SurgeSpell.objects.count() == 1


def test_it_ends_below_the_lower_line_and_not_before_five_minutes(now):
    usually(now, 10)
    waiting(now, 20, 30, 45)
    assert is_one(now)
    Call.objects.filter(carrier_ref__startswith="waits").delete()
    almost = now + timedelta(seconds=299)
    assert is_one(almost)
    call("quick", almost, waits_s=16)
    assert is_one(almost + timedelta(seconds=20)), "16 s is above one and a half times 10 s"
    call("quicker", almost, waits_s=10)
    over = almost + timedelta(seconds=20)
    assert not is_one(over)
    spell = SurgeSpell.objects.get()
    assert (spell.began_at, spell.ended_at) == (now, over)


def test_after_one_there_may_be_another(now):
    usually(now, 10)
    SurgeSpell.objects.create(began_at=now, ended_at=now, usual_s=10, present_s=40)
    waiting(now, 20, 30, 45)
    assert is_one(now)
    assert SurgeSpell.objects.filter(ended_at=None).count() == 1


def test_of_two_who_find_it_at_once_one_begins_it(now):
    assert surge._begin(10, 40, now=now)
    assert not surge._begin(10, 40, now=now)
    assert SurgeSpell.objects.count() == 1


def test_in_a_surge_what_saves_lives_is_asked_and_the_rest_is_skipped():
    calm, short = surge.Surge(False, 5, 5), surge.Surge(True, 5, 60)
    assert calm.skipped == []
    assert set(short.asked) | set(short.skipped) == set(calm.asked)
    assert "Awake, breathing, bleeding?" in short.asked
    assert "Were you content last time?" in short.skipped
