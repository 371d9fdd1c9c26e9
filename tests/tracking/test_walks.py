"""A walk, told in whatever order and however often, ends at the same place."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tests.tracking.walks import EVERY_S, Walk, recorded, walk
from tracking.doubts import JUMP
from tracking.geo import distance_m
from tracking.messages import Fix, Message
from tracking.models import Device, Position, Protocol
from tracking.reception import Said, Sender, receive_news

BEGINS = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
WATCH = Sender(Protocol.OSMAND)
BURST = 25
TOWN = (3, 17, 58)
# On foot around a lake and in a gorge, and by car: 296, 513 and 104 fixes.
RECORDED = ("cerknicko-jezero", "korita-zbevnica", "around-visnjan-with-car")


@pytest.fixture(params=[*TOWN, *RECORDED])
def trace(request, track):
    """A made one has every fault we know, a recorded one has those that nobody thinks of."""
    if request.param in RECORDED:
        return recorded(track(request.param), begins=BEGINS)
    return walk(request.param, begins=BEGINS)


def as_measured(trace, chance):
    """Each at its moment."""
    return [([fix], at) for fix, at in zip(trace.fixes, trace.at, strict=True)]


def without_network(trace, chance):
    """Kept, and told in bursts an hour later; what was not confirmed is told again."""
    later = trace.at[-1] + timedelta(seconds=EVERY_S)
    bursts = [trace.fixes[n : n + BURST] for n in range(0, len(trace.fixes), BURST)]
    twice = [burst for burst in bursts for _ in range(1 + (chance.random() < 0.4))]
    return [(burst, later + timedelta(seconds=n)) for n, burst in enumerate(twice)]


def newest_first(trace, chance):
    """Where she is now before where she was."""
    later = trace.at[-1] + timedelta(seconds=EVERY_S)
    return [([fix], later) for fix in reversed(trace.fixes)]


def in_disorder(trace, chance):
    """Over two ways at once, one of which is slow: doubled, late, and in any order."""
    slow = [
        ([fix], min(at + timedelta(seconds=chance.randrange(900)), trace.at[-1]))
        for fix, at in zip(trace.fixes, trace.at, strict=True)
        if chance.random() < 0.5
    ]
    told = [*as_measured(trace, chance), *slow]
    chance.shuffle(told)
    return sorted(told, key=lambda one: one[1].minute // 10)


def tell(name: str, told: list[tuple[list[Fix], datetime]]) -> Device:
    for fixes, at in told:
        messages = [Message(name, sent_at=fix.fixed_at, fix=fix) for fix in fixes]
        receive_news([Said(messages, WATCH, at)], now=at)
    return Device.objects.get(device_id=name)


@pytest.mark.django_db
@pytest.mark.parametrize("way", [without_network, newest_first, in_disorder])
def test_a_walk_ends_at_the_same_place_however_it_is_told(trace: Walk, way, notebook):
    first = tell("as measured", as_measured(trace, Random(3)))
    other = tell("told otherwise", way(trace, Random(3)))
    last = trace.fixes[-1]
    for watch in (first, other):
        assert (watch.lat, watch.lon, watch.fixed_at) == (last.lat, last.lon, last.fixed_at)
        assert (watch.valid, watch.clock) == (True, "good")
        assert distance_m(watch.lat, watch.lon, *trace.home) < 60
        kept = Position.objects.filter(device=watch)
        said = {(fix.lat, fix.lon, fix.fixed_at) for fix in trace.fixes}
        assert set(kept.values_list("lat", "lon", "fixed_at")) == said
        assert kept.count() == len(said)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", TOWN)
def test_an_echo_across_the_town_is_labelled_and_her_pace_is_not(seed, notebook):
    trace = walk(seed, begins=BEGINS)
    watch = tell("watch", as_measured(trace, Random(seed)))
    sound = Position.objects.filter(device=watch, valid=True, clock="good").order_by("fixed_at")
    leaps = [place.accuracy_m for place in sound if place.doubt == JUMP]
    assert 1 <= len(leaps) <= 2  # there, and back
    assert not sound.exclude(doubt__in=["", JUMP]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", RECORDED)
def test_nothing_that_people_recorded_is_taken_for_a_leap(name, track, notebook):
    trace = recorded(track(name), begins=BEGINS)
    watch = tell("watch", as_measured(trace, Random(3)))
    sound = Position.objects.filter(device=watch, clock="good")
    assert sound.count() == len(trace.fixes) - 8
    assert set(sound.values_list("doubt", flat=True)) == {""}
