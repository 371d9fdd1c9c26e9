"""Two hands on one thing: calls, cases, keys, the log itself."""

from collections import Counter

import pytest

from tests.races import acts
from tests.races.crowd import HANDS, how

pytestmark = [pytest.mark.production, pytest.mark.slow]


def test_two_operators_take_two_hundred_calls_and_each_has_one_winner(crowd):
    calls, (olive, sol) = crowd.one(acts.calls_and_operators, 200)
    items = [(call, by) for call in calls for by in (olive, sol)]
    assert how(crowd.at_once(acts.take, items)) == {"done": 200, "already_claimed": 200}
    assert crowd.one(acts.count, "claimed") == 200
    assert crowd.one(acts.faults, acts.NOW) == []


def test_two_operators_claim_the_same_emergencies_and_each_has_one_owner(crowd):
    _, (olive, sol) = crowd.one(acts.calls_and_operators, 0)
    cases = crowd.one(acts.requests, 50, "emergency", "medical")
    items = [(case, by) for case in cases for by in (olive, sol)]
    assert how(crowd.at_once(acts.own, items)) == {"done": 50, "already_claimed": 50}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_two_devices_of_one_elder_at_the_same_instant_are_one_emergency(crowd):
    elders = crowd.one(acts.two_watches_each, 100)
    presses = [(f"{elder}-{side}",) for elder in elders for side in "ab"]
    assert how(crowd.at_once(acts.press, presses)) == {"done": 200}
    emergencies = crowd.one(acts.emergencies)
    assert sorted(elder for elder, *_ in emergencies) == sorted(elders)
    # One case each, both alarms in it, and the second sounded again.
    assert Counter(tuple(rest) for _, *rest in emergencies) == {("", 2, 2): 100}
    assert crowd.one(acts.faults, acts.NOW) == []


def test_who_presses_again_and_again_while_help_is_sought_waits_for_nobody(crowd):
    elders = crowd.one(acts.two_watches_each, 4)
    crowd.one(acts.workers, 30, 2, "medical")
    watches = [f"{elder}-{side}" for elder in elders for side in "ab"]
    for minute in range(6):
        turns = [item for watch in watches for item in ((watch, minute), ("", minute))]
        assert set(how(crowd.at_once(acts.press_or_sweep, turns * 4))) == {"done"}
    assert len(crowd.one(acts.emergencies)) == len(elders)
    assert crowd.one(acts.faults, acts.NOW) == []


def test_a_device_nobody_knows_that_presses_sixteen_times_at_once_is_one_case(crowd):
    assert how(crowd.at_once(acts.press, [("a-stranger",)] * HANDS)) == {"done": HANDS}
    ((elder, known_as, alarms, sounds),) = crowd.one(acts.emergencies)
    assert elder is None
    assert "a-stranger" in known_as
    assert alarms == sounds == HANDS


def test_one_idempotency_key_from_sixteen_processes_is_one_request(crowd):
    token, (elder,) = crowd.one(acts.operator_token), crowd.one(acts.elders, 1)
    for key in ("first", "second", "third"):
        outcomes = crowd.at_once(acts.order_by_api, [(token, key, elder)] * HANDS)
        assert how(outcomes) == {"done": HANDS}
        answers = {what for _, what in outcomes}
        assert len(answers) == 1
        assert answers.pop()[0] == 201
    assert crowd.one(acts.count, "requests") == crowd.one(acts.count, "keys") == 3


def test_sixteen_who_saw_the_same_log_write_one_entry(crowd):
    (request,) = crowd.one(acts.requests, 1)
    seen = 2  # opened, located
    for _ in range(30):
        items = [(request, seen, f"hand {n}") for n in range(HANDS)]
        assert how(crowd.at_once(acts.write_as_seen, items)) == {"done": 1, "stale": HANDS - 1}
        seen += 1
    assert crowd.one(acts.count, "notes") == 30
    assert crowd.one(acts.faults, acts.NOW) == []
