"""Sixteen sweeps at once plan one morning, ring each elder once, and never take too many lines."""

import pytest

from tests.races import acts
from tests.races.crowd import HANDS, how

pytestmark = [pytest.mark.production, pytest.mark.slow]

HALF_THE_TRUNKS = 15


def test_sixteen_sweeps_plan_one_morning_and_take_half_of_the_trunks(crowd):
    crowd.one(acts.checked_in_on, 200)
    for _ in range(3):
        outcomes = crowd.at_once(acts.call_out, [(n,) for n in range(HANDS)])
        assert how(outcomes) == {"done": HANDS}
    count, states, rung = crowd.one(acts.checkins)
    assert count == 200
    assert states == {"ringing": HALF_THE_TRUNKS, "waiting": 200 - HALF_THE_TRUNKS}
    assert rung == [1] * HALF_THE_TRUNKS
