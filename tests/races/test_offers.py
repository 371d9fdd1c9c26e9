"""Three hundred requests, each delivered three times, and workers who cannot be everywhere."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.races import acts
from tests.races.crowd import HANDS, Crowd, how, thrice

pytestmark = [pytest.mark.production, pytest.mark.slow]

REQUESTS = 300


def settle(crowd: Crowd, *, after_s: int = 1) -> None:
    """All hands sweep together, until nothing is due."""
    turns(crowd, acts.sweep, acts.NOW + timedelta(seconds=after_s))


def turns(crowd: Crowd, sweep: Callable[..., int], now: datetime) -> int:
    """All hands take a turn together, again and again; how much was done until it came to rest."""
    done = 0
    for _ in range(30):
        turn = crowd.at_once(sweep, [(now,)] * HANDS)
        assert set(how(turn)) == {"done"}
        did = sum(number for _, number in turn)
        if not did:
            return done
        done += did
    raise AssertionError("the sweeps never come to rest")


def deliver(crowd: Crowd, ids: list[int]) -> int:
    """Each request is given to three processes; how many offers that made."""
    outcomes = crowd.at_once(acts.make_next, thrice(ids))
    assert set(how(outcomes)) == {"done"}
    return sum(made for _, made in outcomes)


def test_scarce_capacity_is_given_out_to_the_last_and_never_twice(crowd):
    crowd.one(acts.workers, 100, 2)
    ids = crowd.one(acts.requests, REQUESTS)

    made = deliver(crowd, ids)
    assert made <= 200
    settle(crowd)
    assert crowd.one(acts.states) == {"OFFERED": 200, "UNFILLED": 100}
    assert crowd.one(acts.faults, acts.NOW) == []

    accepted = crowd.at_once(acts.accept, thrice(crowd.one(acts.made_offers)))
    assert set(how(accepted)) == {"done"}  # told twice, done once, answered alike
    assert len({assignment for _, assignment in accepted}) == 200
    assert crowd.one(acts.states) == {"ASSIGNED": 200, "UNFILLED": 100}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_exactly_enough_capacity_leaves_nobody_unserved(crowd):
    crowd.one(acts.workers, 100, 3)
    ids = crowd.one(acts.requests, REQUESTS)

    deliver(crowd, ids)
    settle(crowd)
    assert crowd.one(acts.states) == {"OFFERED": REQUESTS}
    assert set(map(len, crowd.one(acts.offers_by_request).values())) == {1}

    how(crowd.at_once(acts.accept, thrice(crowd.one(acts.made_offers))))
    assert crowd.one(acts.states) == {"ASSIGNED": REQUESTS}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_sweeps_of_many_processes_ask_each_request_once(crowd):
    crowd.one(acts.workers, 100, 1)
    crowd.one(acts.requests, 100)
    settle(crowd)
    assert crowd.one(acts.states) == {"OFFERED": 100}
    assert set(map(len, crowd.one(acts.offers_by_request).values())) == {1}

    now = acts.NOW + timedelta(seconds=30)  # texts at once, calls after a moment
    sent = turns(crowd, acts.deliver, now)
    assert sent == crowd.one(acts.count, "sent") == 200
    assert crowd.one(acts.faults, acts.NOW) == []


def test_whoever_declines_frees_a_worker_for_whoever_has_none(crowd):
    crowd.one(acts.workers, 20, 1)
    ids = crowd.one(acts.requests, 40)
    deliver(crowd, ids)
    settle(crowd)
    assert crowd.one(acts.states) == {"OFFERED": 20, "UNFILLED": 20}

    half = [(offer,) for offer in crowd.one(acts.made_offers)]
    mixed = [item for item in half for _ in range(3)]
    how(crowd.at_once(acts.decline, mixed))
    settle(crowd, after_s=301)  # until the clocks of those whom nobody took have run out
    assert crowd.one(acts.faults, acts.NOW) == []
    assert sum(crowd.one(acts.states).values()) == 40
    assert crowd.one(acts.states)["OFFERED"] == 20


def test_three_who_accept_the_same_emergency_at_once_are_one_winner_and_two_told(crowd):
    crowd.one(acts.workers, 120, 1, "medical")
    ids = crowd.one(acts.requests, 40, "emergency", "medical")
    deliver(crowd, ids)
    settle(crowd, after_s=0)
    assert set(map(len, crowd.one(acts.offers_by_request).values())) == {3}

    offers = [(offer,) for offer in crowd.one(acts.made_offers)]
    assert how(crowd.at_once(acts.accept, offers)) == {"done": 40, "already_taken": 80}
    for outcome in crowd.one(acts.offers_by_request).values():
        assert sorted(outcome) == ["accepted", "withdrawn", "withdrawn"]
    assert crowd.one(acts.states) == {"ASSIGNED": 40}
    assert crowd.one(acts.faults, acts.NOW) == []
