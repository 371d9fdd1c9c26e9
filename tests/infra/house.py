"""A whole running house for stories, races and crashes, embedded or production."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from tests.infra.postgres import Postgres
from tests.infra.redis import Redis
from tests.infra.server import Celery, Server


class House:
    """One way of running, with everything started. `env` is what its processes were given."""

    def __init__(self, server: Server, parts: list[Celery]) -> None:
        self.server = server
        self.parts = parts
        self.env = server.env
        self.base_url = server.base_url

    def manage(self, *arguments: str) -> str:
        return self.server.manage(*arguments)

    def kill(self) -> None:
        """kill -9 of the server, at once."""
        self.server.kill()

    def restart(self) -> None:
        """Brings a killed server up again."""
        self.server.start()


@contextmanager
def embedded(var: Path, *, env: Mapping[str, str] | None = None) -> Iterator[House]:
    """SQLite in `var` and the worker inside the server: what a laptop runs."""
    own = {"VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": "", **(env or {})}
    with Server(env=own) as server:
        yield House(server, [])


@contextmanager
def production(
    var: Path, postgres: Postgres, redis: Redis, *, env: Mapping[str, str] | None = None
) -> Iterator[House]:
    """A database of its own in `postgres`, Celery worker and beat on `redis`."""
    own = {
        "VAR_DIR": str(var),
        "DATABASE_URL": postgres.database(f"house_{uuid4().hex[:12]}"),
        "REDIS_URL": redis.url(),
        **(env or {}),
    }
    with ExitStack() as stack:
        server = stack.enter_context(Server(env=own))
        parts = [stack.enter_context(Celery(part, env=server.env)) for part in ("worker", "beat")]
        yield House(server, parts)
