"""What every test may ask for. People are in `tests/cast.py`, machines in `tests/infra/`."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from dispatch import questions, triage_seed
from dispatch.live import outage
from providers import categories
from tests.infra import house as houses
from tests.infra import traces
from tests.infra.browser import chromium
from tests.infra.house import House
from tests.infra.mosquitto import Mosquitto
from tests.infra.postgres import Postgres
from tests.infra.process import Missing
from tests.infra.redis import Redis
from tests.infra.traces import Recorded
from tracking import kinds

# How fast the machine is decides nothing; in CI the examples are always the same.
settings.register_profile(
    "one-number", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("one-number")


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in town (09:30 in Shanghai), the same in every test."""
    return datetime(2026, 3, 10, 1, 30, tzinfo=UTC)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who needs Chromium is marked so, and goes last: its driver keeps an event loop that others
    would trip over."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The language of a test is its own, whatever page the one before it asked for."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _redis_is_trusted_anew() -> None:
    """A Redis that one test found away is asked again by the next."""
    outage.REDIS.worked()


def _empty(_: DatabaseOperations, __: object, tables: Sequence[str], **___: bool) -> list[str]:
    """Django's TRUNCATE makes and syncs some files for each of a hundred tables, most of them
    empty: 1-3 s a test. To delete the few rows that a test left takes milliseconds."""
    names = ", ".join(f"'{table}'" for table in sorted(tables))
    return [
        f"""
        DO $$ DECLARE name text; BEGIN
            SET LOCAL session_replication_role = replica;  -- in any order
            FOREACH name IN ARRAY ARRAY[{names}] LOOP
                EXECUTE format('DELETE FROM %I', name);
            END LOOP;
        END $$;
        """
    ]


DatabaseOperations.sql_flush = _empty


@pytest.fixture(autouse=True)
def _seeded(request: pytest.FixtureRequest) -> None:
    """What migrations write: a test that commits is followed by a flush, which takes it away."""
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        categories.ensure()
        questions.ensure()
        triage_seed.ensure()
        kinds.ensure()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL beside the suite's own database; `.database(name)` makes an empty one."""
    with _part(Postgres) as it:
        yield it


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with _part(Redis) as it:
        yield it


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    """A real MQTT broker, empty."""
    with _part(Mosquitto) as it:
        yield it


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium; a test opens a `new_context()` for each person."""
    with _part(chromium) as it:
        yield it


@pytest.fixture
def track() -> Callable[[str], list[Recorded]]:
    """A track that somebody recorded, by its name."""
    return lambda name: _part(partial(traces.track, name))


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """A running house, empty: embedded, or with PostgreSQL, Redis and Celery in the second run."""
    var = request.getfixturevalue("tmp_path")
    if os.environ.get("DATABASE_URL"):
        parts = [request.getfixturevalue(name) for name in ("postgres", "redis_server")]
        with houses.production(var, *parts) as it:
            yield it
    else:
        with houses.embedded(var) as it:
            yield it


def _part(start):
    """The part, or a skipped test; in CI a missing part is a failure."""
    try:
        return start()
    except Missing as part:
        _missing(str(part))


def _missing(part: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{part} is missing on this machine")
    pytest.skip(f"{part} is missing on this machine")
