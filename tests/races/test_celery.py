"""Two Celery workers and beat find the same things due, again every second: each is done once."""

from contextlib import ExitStack

import pytest
from django.utils import timezone

from tests.infra.server import Celery
from tests.races import acts

pytestmark = [pytest.mark.production, pytest.mark.slow]

REQUESTS = 60


def test_two_celery_workers_on_the_same_deadlines_ask_and_send_once(crowd, race_env, redis_server):
    crowd.one(acts.workers, REQUESTS, 1)
    crowd.one(acts.requests, REQUESTS)
    env = race_env | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "REDIS_URL": redis_server.url(),
        "DATABASE_POOL": "4",
    }
    with ExitStack() as stack:
        parts = [stack.enter_context(Celery(part, env=env)) for part in ("worker", "worker")]
        beat = stack.enter_context(Celery("beat", env=env))
        beat.wait_until(lambda: _all_texted(crowd), timeout_s=90)
        assert all(part.running() for part in [*parts, beat])
        for part in [beat, *parts]:
            part.stop(timeout_s=30)
        for part in parts:
            assert "Traceback" not in part.tail(100_000)

    assert crowd.one(acts.states) == {"OFFERED": REQUESTS}
    for offers in crowd.one(acts.offers_by_request).values():
        assert offers.count("made") == 1
    assert crowd.one(acts.faults, timezone.now()) == []


def test_a_worker_refuses_a_database_that_may_lose_what_was_acknowledged(race_env, redis_server):
    careless = race_env["DATABASE_URL"] + "?options=-c%20synchronous_commit%3Doff"
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": redis_server.url()}
    with Celery("worker", env=race_env | own | {"DATABASE_URL": careless}) as worker:
        with pytest.raises(RuntimeError, match="synchronous_commit"):
            worker.wait_until(lambda: False, timeout_s=60)
        assert not worker.running()


def _all_texted(crowd) -> bool:
    """Somebody was asked for each, and the text is on the telephone."""
    return crowd.one(acts.count, "sent") >= REQUESTS
