from datetime import timedelta

import pytest

from providers import duty
from providers.cells import cell_of
from providers.errors import ProviderError
from tests.providers.roster import HERE, provider, worker

pytestmark = pytest.mark.django_db

THERE = (30.28, 120.17)


@pytest.fixture
def wai():
    return worker(provider())


def move(wai, place, *, fixed_at, now):
    before = (wai.position_at, wai.lat, wai.lon)
    lat, lon = place
    duty.move([duty.Move(wai.pk, lat, lon, 8.0, fixed_at)], now=now)
    wai.refresh_from_db()
    return before != (wai.position_at, wai.lat, wai.lon)


def test_of_many_moves_each_takes_its_own_worker(now):
    firm = provider()
    wai, ho = worker(firm), worker(firm)
    moves = [duty.Move(ho.pk, *THERE, None, now), duty.Move(wai.pk, *THERE, 8.0, now)]
    early = duty.Move(wai.pk, *HERE, 8.0, now - timedelta(seconds=1))
    duty.move([*moves, early], now=now)
    for each in (wai, ho):
        each.refresh_from_db()
        assert (each.lat, each.lon, each.position_at) == (*THERE, now)
        assert each.categories.get().cell == cell_of(*THERE)


def test_a_move_takes_the_nearness_index_along(wai, now):
    assert move(wai, THERE, fixed_at=now, now=now)
    assert (wai.lat, wai.lon, wai.accuracy_m, wai.position_at) == (*THERE, 8.0, now)
    assert wai.categories.get().cell == cell_of(*THERE)


def test_a_late_fix_does_not_move_anybody_back(wai, now):
    move(wai, THERE, fixed_at=now, now=now)
    later = now + timedelta(minutes=5)
    assert not move(wai, HERE, fixed_at=now - timedelta(minutes=1), now=later)
    assert (wai.lat, wai.lon) == THERE
    assert wai.categories.get().cell == cell_of(*THERE)


def test_a_clock_that_runs_ahead_does_not_hide_later_fixes(wai, now):
    assert move(wai, HERE, fixed_at=now + timedelta(days=365), now=now)
    assert wai.position_at == now
    soon = now + timedelta(seconds=10)
    assert move(wai, THERE, fixed_at=soon, now=soon)


@pytest.mark.parametrize("place", [(0, 0), (91, 0), (0, 181), (float("nan"), 5)])
def test_what_is_no_place_moves_nobody(wai, now, place):
    assert not move(wai, place, fixed_at=now, now=now)
    assert (wai.lat, wai.lon) == HERE


def test_what_was_said_without_a_line_holds_from_when_it_was_said(wai, now):
    duty.set_duty(wai, False, now=now)
    duty.set_duty(wai, True, now=now + timedelta(hours=2), at=now + timedelta(hours=1))
    assert wai.on_duty
    assert wai.duty_since == now + timedelta(hours=1)


def test_what_was_changed_since_stands_and_is_said(wai, now):
    """He pressed "on duty" at noon without a line; his house took him off at one."""
    duty.set_duty(wai, False, now=now + timedelta(hours=1))
    with pytest.raises(ProviderError, match="changed after"):
        duty.set_duty(wai, True, now=now + timedelta(hours=2), at=now)
    wai.refresh_from_db()
    assert not wai.on_duty
    duty.set_duty(wai, False, now=now + timedelta(hours=2), at=now)  # as it is already
    with pytest.raises(ProviderError, match="more than a day"):
        duty.set_duty(wai, True, now=now + timedelta(hours=30), at=now + timedelta(hours=2))


def test_duty_begins_once(wai, now):
    duty.set_duty(wai, False, now=now)
    duty.set_duty(wai, True, now=now)
    duty.set_duty(wai, True, now=now + timedelta(hours=1))
    assert wai.on_duty
    assert wai.duty_since == now
