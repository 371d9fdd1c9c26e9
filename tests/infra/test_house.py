"""A house starts, is well, survives kill -9 and stops cleanly."""

import pytest

from tests.infra.house import House


@pytest.mark.slow
def test_a_house_comes_up_survives_a_kill_and_stops_when_asked(house: House):
    house.kill()
    assert not house.server.running()
    house.restart()
    status, said = house.server.get("/readyz")
    assert (status, said["ok"]) == (200, True)
    assert house.server.stop() in (0, -15)
