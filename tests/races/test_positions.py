"""Sixteen processes that write the same devices' positions at the same moment, on PostgreSQL."""

import random

import pytest

from tests.races import acts
from tests.races.crowd import how

pytestmark = [pytest.mark.production, pytest.mark.slow]

DEVICES, AGES, TURNS = 20, 12, 64


def test_the_newest_fix_is_the_last_position_whoever_comes_last(crowd):
    """New devices, fixes told by several at once, each list in another order; and no deadlock."""
    chance = random.Random(7)
    lists = [([chance.randint(1, 300) for _ in range(AGES)], DEVICES) for _ in range(TURNS)]
    outcomes = crowd.at_once(acts.report, lists)
    assert how(outcomes)["done"] == TURNS
    ages = {age_s for said, _ in lists for age_s in said}
    places, history = crowd.one(acts.whereabouts)
    assert places == {30 + min(ages) / 1000}
    assert history == len(ages) * DEVICES
