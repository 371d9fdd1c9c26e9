"""One crowd for all races; each race has a database of its own making, emptied before."""

from collections.abc import Iterator

import pytest

from tests.infra import house
from tests.infra.postgres import Postgres
from tests.races import acts
from tests.races.crowd import Crowd


@pytest.fixture(scope="session")
def race_env(postgres: Postgres) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": postgres.database("races", like=house.migrated(postgres)),
        "DATABASE_POOL": "2",
        "REDIS_URL": "",
    }


@pytest.fixture(scope="session")
def _everybody(race_env: dict[str, str]) -> Iterator[Crowd]:
    # Who wins a race does not depend on the disk; what survives a power cut is proved elsewhere.
    hasty = race_env["DATABASE_URL"] + "?options=-c%20synchronous_commit%3Doff"
    with Crowd(race_env | {"DATABASE_URL": hasty}) as crowd:
        yield crowd


@pytest.fixture
def crowd(_everybody: Crowd, postgres: Postgres) -> Iterator[Crowd]:
    """Sixteen hands on an empty house; afterwards the database must have seen no deadlock."""
    _everybody.one(acts.empty)
    before = postgres.deadlocks()
    yield _everybody
    assert postgres.deadlocks() == before, "PostgreSQL had to break a deadlock"
