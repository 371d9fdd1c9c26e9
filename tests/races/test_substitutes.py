"""Houses that send whom they choose, at the same moment as their workers answer and each other."""

from datetime import timedelta

import pytest

from tests.races import acts
from tests.races.crowd import how

pytestmark = [pytest.mark.production, pytest.mark.slow]


def served(crowd, requests: int, workers: int, capacity: int) -> list[tuple[int, int]]:
    """`requests` visits under way: (assignment, worker)."""
    crowd.one(acts.workers, workers, capacity)
    ids = crowd.one(acts.requests, requests)
    how(crowd.at_once(acts.make_next, [(pk,) for pk in ids]))
    crowd.one(acts.sweep, acts.NOW + timedelta(seconds=1))
    how(crowd.at_once(acts.accept, [(offer,) for offer in crowd.one(acts.made_offers)]))
    visits = crowd.one(acts.visits)
    assert len(visits) == requests
    return visits


def test_a_visit_handed_to_three_at_once_goes_to_one_of_them(crowd):
    visits = served(crowd, 20, 90, 1)
    spare = crowd.one(acts.idle)
    items = [(visit, spare[3 * n + k]) for k in range(3) for n, (visit, _) in enumerate(visits)]
    assert how(crowd.at_once(acts.hand_over, items)) == {"done": 20, "visit_over": 40}
    assert crowd.one(acts.states) == {"ASSIGNED": 20}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_visits_that_change_hands_in_a_ring_never_wait_for_each_other(crowd):
    visits = served(crowd, 32, 32, 2)
    workers = [worker for _, worker in visits]
    items = [(visit, workers[(n + 1) % 32]) for n, (visit, _) in enumerate(visits)]
    items = [(visit, to) for (visit, own), (_, to) in zip(visits, items, strict=True) if own != to]
    assert set(how(crowd.at_once(acts.hand_over, items))) <= {"done", "not_available"}
    assert crowd.one(acts.states) == {"ASSIGNED": 32}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_the_worker_accepts_while_the_house_sends_another(crowd):
    crowd.one(acts.workers, 60, 1)
    ids = crowd.one(acts.requests, 20)
    how(crowd.at_once(acts.make_next, [(pk,) for pk in ids]))
    crowd.one(acts.sweep, acts.NOW + timedelta(seconds=1))
    spare = crowd.one(acts.idle)
    offers = crowd.one(acts.made_offers)
    sent = [(offer, spare[n]) for n, offer in enumerate(offers)]
    both = crowd.at_once(acts.either, [(o, w, own) for o, w in sent for own in (0, 1)])
    assert set(how(both)) <= {"done", "already_taken", "offer_over"}
    assert crowd.one(acts.states) == {"ASSIGNED": len(offers)}
    assert crowd.one(acts.faults, acts.NOW) == []
