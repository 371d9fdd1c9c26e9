"""Sixteen sweeps at once draw one month, tell of it once, and count each deletion once."""

import pytest

from tests.races import keeping
from tests.races.crowd import HANDS, how

pytestmark = [pytest.mark.production, pytest.mark.slow]

OLD = 40


def test_sixteen_sweeps_draw_once_and_delete_once(crowd):
    crowd.one(keeping.prepare, OLD)
    for _ in range(3):
        outcomes = crowd.at_once(keeping.sweep, [(n,) for n in range(HANDS)])
        assert how(outcomes) == {"done": HANDS}
    assert crowd.one(keeping.found) == (4, 1, 0, 1, OLD)
