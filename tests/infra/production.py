"""`python -m tests.infra.production [pytest arguments]`: the suite on PostgreSQL and Redis."""

import os
import subprocess
import sys

from tests.infra.postgres import Postgres
from tests.infra.redis import Redis


def main(arguments: list[str]) -> int:
    """Runs pytest on a PostgreSQL and a Redis of its own and returns its exit code."""
    with Postgres() as postgres, Redis() as redis:
        own = {"DATABASE_URL": postgres.database("suite"), "REDIS_URL": redis.url()}
        # The tests' database goes with its server: to drop it first can only fail.
        command = [sys.executable, "-m", "pytest", "--reuse-db", *arguments]
        return subprocess.run(command, env={**os.environ, **own}, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
