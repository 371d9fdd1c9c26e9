from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching import MOST_PRICE_POINTS, Why, rank
from providers.need import Candidate, Need

HERE: dict[str, Any] = {"category": "catering", "lat": 30.2741, "lon": 120.1551}


def candidate(worker_id=1, **changes):
    facts: dict[str, Any] = {
        "worker_id": worker_id,
        "provider_id": 1,
        "name": "Wai",
        "name_zh": "伟",
        "phone": "+8613800000010",
        "reach_by": "text",
        "mode": "ebike",
        "lat": 30.275,
        "lon": 120.156,
        "position_at": None,
        "distance_m": 1000.0,
    }
    return Candidate(**{**facts, **changes})


def order(need, *candidates, now):
    return [each.candidate.worker_id for each in rank(need, candidates, now=now)]


def points(ranked, code):
    return [reason.points for reason in ranked.reasons if reason.code == code]


NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
candidates = st.builds(
    candidate,
    worker_id=st.integers(1, 50),
    mode=st.sampled_from(["foot", "ebike", "car"]),
    distance_m=st.floats(0, 100_000),
    languages=st.sampled_from([(), ("zh-hans",), ("en", "zh-hans")]),
    rating=st.none() | st.floats(0, 5),
    price_cents=st.none() | st.integers(0, 100_000),
    subsidy_cents=st.just(0),
)
needs = st.builds(
    Need,
    category=st.just("catering"),
    lat=st.just(30.0),
    lon=st.just(120.0),
    priority=st.sampled_from(["routine", "urgent", "emergency"]),
    language=st.sampled_from(["", "en", "zh-hans"]),
    visits=st.dictionaries(st.integers(1, 50), st.integers(0, 9)),
)


@given(
    need=needs,
    some=st.lists(candidates, unique_by=lambda each: each.worker_id),
    seed=st.integers(0, 99),
)
def test_the_order_of_asking_does_not_change_the_ranking(need, some, seed):
    shuffled = Random(seed).sample(some, len(some))
    assert rank(need, some, now=NOW) == rank(need, shuffled, now=NOW)


@given(need=needs, some=st.lists(candidates))
def test_every_point_is_explained_and_nobody_is_lost(need, some):
    ranked = rank(need, some, now=NOW)
    assert sorted(each.candidate.worker_id for each in ranked) == sorted(
        each.worker_id for each in some
    )
    for each in ranked:
        assert each.score == round(sum(reason.points for reason in each.reasons), 2)
    assert [each.score for each in ranked] == sorted((r.score for r in ranked), reverse=True)


def test_the_nearer_goes_first_and_the_way_is_told(now):
    near, far = candidate(2, distance_m=400), candidate(1, distance_m=4000)
    first, second = rank(Need(**HERE), [far, near], now=now)
    assert (first.candidate, second.candidate) == (near, far)
    assert first.eta_s < second.eta_s
    assert first.distance_m == 400
    assert first.reasons[0].code == Why.TRAVEL


def test_a_car_may_be_nearer_than_a_nearer_walker(now):
    walker, driver = candidate(1, distance_m=900, mode="foot"), candidate(2, mode="car")
    assert order(Need(**HERE), walker, driver, now=now) == [2, 1]


def test_equal_scores_go_to_the_lower_id(now):
    assert order(Need(**HERE), candidate(7), candidate(3), candidate(5), now=now) == [3, 5, 7]


def test_a_known_face_may_come_from_two_streets_further_but_not_from_across_the_town(now):
    need = Need(**HERE, visits={2: 3})
    assert order(need, candidate(1), candidate(2, distance_m=1400), now=now) == [2, 1]
    assert order(need, candidate(1), candidate(2, distance_m=9000), now=now) == [1, 2]


def test_in_an_emergency_nearness_outweighs_the_known_face(now):
    near, known = candidate(1), candidate(2, distance_m=1400)
    assert order(Need(**HERE, visits={2: 3}), near, known, now=now) == [2, 1]
    assert order(Need(**HERE, visits={2: 3}, priority="emergency"), near, known, now=now) == [1, 2]


def test_who_speaks_her_language_goes_first(now):
    need = Need(**HERE, language="en")
    assert order(need, candidate(1), candidate(2, languages=("en",)), now=now) == [2, 1]


def test_the_better_rated_goes_first(now):
    assert order(Need(**HERE), candidate(1, rating=3.0), candidate(2, rating=4.8), now=now)[0] == 2


def test_the_cheaper_goes_first_and_the_subsidised_before_it(now):
    dear, cheap = candidate(1, price_cents=8000), candidate(2, price_cents=2000)
    helped = candidate(3, price_cents=8000, subsidy_cents=6000)
    assert order(Need(**HERE), dear, cheap, helped, now=now) == [3, 2, 1]


def test_money_never_weighs_when_it_is_urgent(now):
    for priority in ("urgent", "emergency"):
        need = Need(**HERE, priority=priority)
        assert order(need, candidate(1, price_cents=90_000), candidate(2), now=now) == [1, 2]


def test_no_price_outweighs_five_minutes(now):
    ranked = rank(Need(**HERE), [candidate(price_cents=10_000_000)], now=now)[0]
    assert points(ranked, Why.PRICE) == [-MOST_PRICE_POINTS]


def test_a_position_heard_long_ago_is_trusted_less(now):
    fresh = candidate(2, position_at=now - timedelta(minutes=1))
    stale = candidate(1, position_at=now - timedelta(minutes=40))
    assert order(Need(**HERE), stale, fresh, now=now) == [2, 1]


def test_a_reason_can_be_kept(now):
    (ranked,) = rank(Need(**HERE, visits={1: 2}), [candidate(rating=4.5)], now=now)
    assert {"code": "known", "points": 4.0, "params": {"visits": 2}} in [
        reason.as_json() for reason in ranked.reasons
    ]
