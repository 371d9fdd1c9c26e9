"""Two people are put through while either hangs up, asks for a person, or is taken by one."""

import pytest

from tests.races import connecting, pairing
from tests.races.crowd import HANDS, how

pytestmark = [pytest.mark.production, pytest.mark.slow]

ACCEPTS, LEAVES = "worker accepts", "worker hangs up"
ASKS, ENDS, TAKEN = "she asks for a person", "she hangs up", "an operator takes her"
AT_THE_SAME_TIME = [  # what came before, and the two things that meet
    ([], (ACCEPTS, ENDS)),
    ([], (ACCEPTS, ASKS)),
    ([], (ACCEPTS, "the sweep")),
    ([ASKS], (ACCEPTS, TAKEN)),
    ([ASKS, ACCEPTS], (LEAVES, TAKEN)),
    ([ACCEPTS], (LEAVES, ENDS)),
]
PAIRS = HANDS // 2  # of each: a hand for either act


def test_whatever_happens_to_two_who_are_put_through_neither_waits_for_the_other(crowd):
    pairs = crowd.one(pairing.prepare, PAIRS * len(AT_THE_SAME_TIME))
    assert len(pairs) == PAIRS * len(AT_THE_SAME_TIME)
    for n, (before, both) in enumerate(AT_THE_SAME_TIME):
        mine = pairs[n * PAIRS :][:PAIRS]
        for what in before:
            crowd.at_once(pairing.act, [(what, *pair) for pair in mine])
        outcomes = crowd.at_once(pairing.act, [(what, *pair) for pair in mine for what in both])
        assert set(how(outcomes)) <= {"done", "call_over", "already_claimed", "spoken_with"}
    coming, together = crowd.one(pairing.outcome)
    assert coming == len(pairs)
    assert together >= 2 * PAIRS
    assert crowd.one(pairing.broken) == []


PICKS_UP, PRESSES = "she picks up", "she presses her button"
WHILE_SHE_IS_RUNG = [
    ([], (PICKS_UP, "the worker hangs up")),
    ([], (PICKS_UP, "an operator takes the worker")),
    ([], (PICKS_UP, PRESSES)),
    ([], (PICKS_UP, "the sweep")),
    ([PICKS_UP], (PRESSES, "the worker hangs up")),
    ([PICKS_UP], (PRESSES, "an operator takes the worker")),
]


def test_whatever_happens_while_she_is_rung_nobody_is_left_alone_and_her_button_goes_before(crowd):
    rung = crowd.one(connecting.prepare, PAIRS * len(WHILE_SHE_IS_RUNG))
    assert len(rung) == PAIRS * len(WHILE_SHE_IS_RUNG)
    for n, (before, both) in enumerate(WHILE_SHE_IS_RUNG):
        mine = rung[n * PAIRS :][:PAIRS]
        for what in before:
            how(crowd.at_once(connecting.act, [(what, *one) for one in mine]))
        outcomes = crowd.at_once(connecting.act, [(what, *one) for one in mine for what in both])
        assert set(how(outcomes)) <= {"done", "call_over", "already_claimed", "spoken_with"}
    assert crowd.one(connecting.together) >= 3 * PAIRS
    assert crowd.one(connecting.broken) == []
