"""A house starts, is well, survives kill -9 and stops cleanly."""

import time
from typing import Any

import pytest

from tests.infra.house import House


def well(house: House, *, within_s: float = 30.0) -> dict[str, Any]:
    """What /readyz says once everything is there, or the last it said."""
    end = time.monotonic() + within_s
    while True:
        status, said = house.server.get("/readyz")
        if status == 200 or time.monotonic() > end:
            return said
        time.sleep(0.1)


@pytest.mark.slow
def test_a_house_comes_up_survives_a_kill_and_stops_when_asked(house: House):
    assert well(house)["ok"], house.server.tail()
    house.kill()
    house.restart()
    assert well(house)["ok"], house.server.tail()
    assert house.server.stop() in (0, -15)
