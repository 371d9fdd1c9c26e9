"""kill -9 at any moment, while calls and alarms pour in: nothing promised is lost or done twice."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone

from tests.crashes import truth
from tests.crashes.callers import Callers
from tests.infra import house as houses
from tests.infra.house import House
from tests.races.crowd import Crowd

pytestmark = [pytest.mark.production, pytest.mark.slow]

SEED = 20260310
KILLS = 50
ELDERS, WORKERS = 60, 40


@contextmanager
def witness(house: House) -> Iterator[Crowd]:
    """A process of its own that reads and writes the database of the house."""
    own = {name: house.env[name] for name in ("VAR_DIR", "DATABASE_URL", "REDIS_URL")}
    with Crowd({"DJANGO_SETTINGS_MODULE": "config.settings", **own}, hands=1) as crowd:
        yield crowd


def test_fifty_kills_of_the_server_lose_nothing_and_do_nothing_twice(tmp_path):
    moments = random.Random(SEED)
    with houses.embedded(tmp_path) as house, witness(house) as crowd:
        elders, workers = crowd.one(truth.town, ELDERS, WORKERS)
        with Callers(house.base_url, elders=elders, workers=workers, seed=SEED) as callers:
            for _ in range(KILLS):
                callers.until_acknowledged(moments.randint(1, 25))
                callers.server_is(up=False)
                house.kill()
                house.server.start()
                callers.server_is(up=True)
            callers.until_acknowledged(25)
        house.until_caught_up()
        assert callers.faults == []
        assert "Traceback" not in house.server.log.read_text("utf-8", "replace")
        house.server.stop()
        assert all(vars(callers.promises).values()), "each kind of promise must have been made"
        assert crowd.one(truth.broken, callers.promises, timezone.now()) == []


def test_kills_of_celery_and_of_the_server_lose_nothing_on_postgresql(
    tmp_path, postgres, redis_server
):
    moments, before = random.Random(SEED), postgres.deadlocks()
    with houses.production(tmp_path, postgres, redis_server) as house, witness(house) as crowd:
        elders, workers = crowd.one(truth.town, ELDERS, WORKERS)
        parts = {"server": house.server, "worker": house.parts[0], "beat": house.parts[1]}
        with Callers(house.base_url, elders=elders, workers=workers, seed=SEED) as callers:
            for victim in "server worker server worker beat server worker server".split():
                callers.until_acknowledged(moments.randint(5, 30))
                callers.server_is(up=victim != "server")
                parts[victim].kill()
                parts[victim].start()
                callers.server_is(up=True)
            callers.until_acknowledged(25)
        house.until_caught_up()
        assert callers.faults == []
        for part in (parts["beat"], parts["worker"], parts["server"]):
            part.stop(timeout_s=30)
        assert crowd.one(truth.broken, callers.promises, timezone.now()) == []
        assert postgres.deadlocks() == before
