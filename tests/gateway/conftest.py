"""A gateway process on a database of its own, and a witness who reads that database."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from tests.infra import house as houses
from tests.infra.gateway import Gateway
from tests.races.crowd import Crowd
from tracking import door
from tracking.gateway import keeping
from tracking.reception import Receipt


@pytest.fixture(scope="module")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment that points at a migrated, empty database: SQLite, or PostgreSQL with Redis
    in the second run."""
    var = tmp_path_factory.mktemp("gateway")
    if os.environ.get("DATABASE_URL"):
        postgres = request.getfixturevalue("postgres")
        redis = request.getfixturevalue("redis_server")
        url = postgres.database(f"gate_{uuid4().hex[:12]}", like=houses.migrated(postgres))
        return {"VAR_DIR": str(var), "DATABASE_URL": url, "REDIS_URL": redis.url()}
    shutil.copy(houses.migrated_file(), var / "one.sqlite3")
    return {"VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": ""}


@pytest.fixture(scope="module")
def witness(database: dict[str, str]) -> Iterator[Crowd]:
    with Crowd({"DJANGO_SETTINGS_MODULE": "config.settings", **database}, hands=1) as crowd:
        yield crowd


@pytest.fixture(scope="module")
def opened(database: dict[str, str]) -> Iterator[Callable[[Iterable[str]], Gateway]]:
    """`opened(["sia"])` is a running gateway for these protocols."""
    with ExitStack() as stack:
        yield lambda protocols: stack.enter_context(Gateway(protocols, env=database))


@pytest.fixture
def doorway(monkeypatch):
    """A door that fails with what is in `refusals` first, and opens when `open` is set."""

    class Doorway:
        def __init__(self):
            self.refusals, self.taken, self.open = [], [], asyncio.Event()
            self.open.set()

        async def take(self, messages, *, sender, now):
            self.taken.append(messages)
            await self.open.wait()
            if self.refusals:
                raise self.refusals.pop(0)
            return Receipt()

    made = Doorway()
    monkeypatch.setattr(door, "take", made.take)
    monkeypatch.setattr(keeping, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(keeping, "LONGEST_PAUSE_S", 0.001)
    return made
