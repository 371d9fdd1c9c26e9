"""A whole running house for stories, races and crashes, embedded or production."""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from math import inf
from pathlib import Path
from uuid import uuid4

from tests.infra.postgres import Postgres
from tests.infra.redis import Redis
from tests.infra.server import Celery, Server, manage


class House:
    """One way of running, with everything started. `env` is what its processes were given."""

    def __init__(self, server: Server, parts: list[Celery]) -> None:
        self.server = server
        self.parts = parts
        self.env = server.env
        self.base_url = server.base_url

    def until_well(self, *, within_s: float = 300.0) -> None:
        """Returns once /readyz is 200: the worker is at work, too."""
        self.server.wait_until(lambda: self.server.get("/readyz")[0] == 200, timeout_s=within_s)

    def until_caught_up(self, *, within_s: float = 300.0) -> None:
        """Returns once every deadline that is due by now has been fired. What falls due meanwhile
        does not count: a house under load need not come to rest for it."""
        asked_at = time.monotonic()

        def has_caught_up() -> bool:
            found = self.server.get("/readyz")[1]["deadlines"]
            return found.get("oldest_overdue_s", inf) < time.monotonic() - asked_at

        self.server.wait_until(has_caught_up, timeout_s=within_s)

    def manage(self, *arguments: str) -> str:
        return self.server.manage(*arguments)

    def kill(self) -> None:
        """kill -9 of the server, at once."""
        self.server.kill()

    def restart(self) -> None:
        """Brings a killed server up again, and returns once all is well."""
        self.server.start()
        self.until_well()


def database(var: Path, *parts: Postgres | Redis) -> dict[str, str]:
    """The environment of a migrated, empty database of its own: SQLite in `var`, or in `parts`."""
    var.mkdir(parents=True, exist_ok=True)
    own = {"VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": ""}
    if not parts and not (var / "one.sqlite3").exists():
        shutil.copy(migrated_file(), var / "one.sqlite3")
    for part in parts:
        if isinstance(part, Redis):
            own["REDIS_URL"] = part.url()
        else:
            name = f"house_{uuid4().hex[:12]}"
            own["DATABASE_URL"] = part.database(name, like=migrated(part))
    return own


@contextmanager
def running(env: Mapping[str, str], *, processes: int = 1) -> Iterator[House]:
    """A server on that database; in production Celery worker and beat beside it."""
    with ExitStack() as stack:
        server = Server(env=env, migrate=False, processes=processes)
        beside = ("worker", "beat") if env["DATABASE_URL"] else ()
        parts = [stack.enter_context(Celery(part, env=server.env)) for part in beside]
        house = House(stack.enter_context(server), parts)
        house.until_well()
        yield house


@contextmanager
def embedded(var: Path, *, env: Mapping[str, str] | None = None) -> Iterator[House]:
    """SQLite in `var` and the worker inside the server: what a laptop runs."""
    with running({**database(var), **(env or {})}) as house:
        yield house


@contextmanager
def production(
    var: Path,
    postgres: Postgres,
    redis: Redis,
    *,
    env: Mapping[str, str] | None = None,
    processes: int = 1,
) -> Iterator[House]:
    """A database of its own in `postgres`, Celery worker and beat on `redis`."""
    own = {**database(var, postgres, redis), **(env or {})}
    with running(own, processes=processes) as house:
        yield house


# Migrating takes longer than most stories: it is done once a run, and copied for each house.


@cache
def migrated_file() -> Path:
    """A migrated, empty SQLite database."""
    folder = Path(tempfile.mkdtemp(prefix="one-number-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate({"VAR_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""})
    return folder / "one.sqlite3"


@cache
def migrated(postgres: Postgres) -> str:
    """The name of a migrated, empty database in that server."""
    url = postgres.database("migrated")
    _migrate({"DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1/0"})
    return "migrated"


def _migrate(own: Mapping[str, str]) -> None:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **own}
    manage("migrate", "--no-input", "--skip-checks", "--verbosity", "0", env=env)
