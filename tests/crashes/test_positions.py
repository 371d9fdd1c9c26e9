"""kill -9 of the server and of its database while positions pour in: what was promised is there."""

import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager as ContextManager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.utils import timezone

from elders import tokens
from tests import cast
from tests.crashes.reporters import BEGAN, Reporters
from tests.crashes.test_kills import witness
from tests.infra import house as houses
from tests.infra.house import House
from tests.infra.postgres import Postgres
from tracking.models import Alarm, Device, Position

pytestmark = [pytest.mark.production, pytest.mark.slow]

SEED = 20260310
KILLS = 4


def forwarder() -> str:
    """The bearer token of a program of the desk."""
    return tokens.issue(cast.olive(), "forwarding", now=timezone.now())


def lost(promised: set[tuple[str, int]]) -> list[tuple[str, int]]:
    """What was promised and is not in the history, or is newer than the last position."""
    rows = Position.objects.values_list("device__device_id", "fixed_at")
    kept = {(device, round((at - BEGAN).total_seconds())) for device, at in rows if at}
    latest: dict[str, int] = {}
    for device, second in promised:
        latest[device] = max(second, latest.get(device, 0))
    last = dict(Device.objects.values_list("device_id", "fixed_at"))
    late = [
        (device, second)
        for device, second in latest.items()
        if (at := last.get(device)) is None or at < BEGAN + timedelta(seconds=second)
    ]
    return sorted(promised - kept) + late


def twice() -> int:
    """How many entries of the history are there more than once."""
    rows = Position.objects.values_list("device", "fixed_at")
    return len(rows) - len(set(rows))


def kill_server(house: House) -> None:
    house.kill()
    house.server.start()


@pytest.mark.parametrize("kind", ["embedded", "production"])
def test_kills_of_the_server_lose_no_position(request, tmp_path, kind):
    moments = random.Random(SEED)
    with _house(request, tmp_path, kind) as house, witness(house) as crowd:
        with Reporters(house.base_url, crowd.one(forwarder)) as reporters:
            for _ in range(KILLS):
                reporters.until_promised(moments.randint(10, 200))
                reporters.server_is(up=False)
                kill_server(house)
                reporters.server_is(up=True)
            reporters.until_promised(100)
        house.server.stop()
        assert reporters.faults == []
        assert crowd.one(lost, reporters.promised) == []
        assert crowd.one(twice) == 0


def _house(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> ContextManager[House]:
    if kind == "embedded":
        return houses.embedded(tmp_path)
    parts = [request.getfixturevalue(name) for name in ("postgres", "redis_server")]
    return houses.production(tmp_path, *parts)


def test_a_database_that_stands_still_loses_no_position_and_no_alarm(tmp_path, redis_server):
    """Its processes are stopped, and after a while go on."""
    with (
        Postgres() as postgres,
        houses.production(tmp_path, postgres, redis_server) as house,
        witness(house) as crowd,
        ThreadPoolExecutor(1) as button,
        Reporters(house.base_url, crowd.one(forwarder)) as reporters,
    ):
        reporters.until_promised(100)
        os.killpg(postgres.pid, signal.SIGSTOP)
        try:
            pressed = button.submit(press, house.base_url)
            assert house.server.get("/healthz")[0] == 200
            assert not pressed.done()
        finally:
            os.killpg(postgres.pid, signal.SIGCONT)
        assert pressed.result(60) == 200
        reporters.until_promised(100)
        reporters.stop()
        assert reporters.faults == []
        assert crowd.one(lost, reporters.promised) == []
        assert crowd.one(alarms) == 1


def press(base_url: str) -> int:
    answer = httpx.get(f"{base_url}/positions/osmand/?id=button&alarm=sos", timeout=60)
    return answer.status_code


def alarms() -> int:
    return Alarm.objects.count()
