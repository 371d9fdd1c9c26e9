"""A PostgreSQL that falls is there again as soon as it is started: others' tests stand on that."""

import threading
from contextlib import suppress

import psycopg
import pytest

from tests.infra.postgres import Postgres

BUSY = "SELECT count(*) FROM generate_series(1, 1000000000)"
AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND state = 'active'"


def busy(url):
    with suppress(psycopg.OperationalError), psycopg.connect(url) as line:
        line.execute(BUSY)


@pytest.mark.production
@pytest.mark.slow
def test_a_database_killed_in_the_middle_of_queries_can_be_started_at_once():
    with Postgres() as postgres:
        lines = [
            threading.Thread(target=busy, args=(postgres.url(),), daemon=True) for _ in range(4)
        ]
        for line in lines:
            line.start()
        with psycopg.connect(postgres.url(), autocommit=True) as witness:
            while witness.execute(AT_WORK, [BUSY]).fetchone() != (4,):
                pass
        postgres.kill()
        for line in lines:
            line.join()
        postgres.start()
        with psycopg.connect(postgres.url()) as line:
            assert line.execute("SELECT 1").fetchone() == (1,)
