"""A PostgreSQL that falls is there again as soon as it is started: others' tests stand on that."""

import threading
from contextlib import suppress

import psycopg
import pytest

from tests.infra.disk import NoRoom
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


@pytest.mark.production
@pytest.mark.slow
def test_a_database_without_room_refuses_and_is_there_again_with_all_it_promised():
    with Postgres() as postgres:
        disk, promised = NoRoom(postgres), 0
        with psycopg.connect(postgres.url(), autocommit=True) as line:
            line.execute("CREATE TABLE kept (words text)")
            disk.fill()
            with suppress(psycopg.Error):
                while True:
                    line.execute(
                        "INSERT INTO kept SELECT repeat('x', 900) FROM generate_series(1, 9)"
                    )
                    promised += 9
        assert disk.fault in postgres.log.read_text("utf-8", "replace")
        disk.free()
        postgres.revive()
        with psycopg.connect(postgres.url()) as line:
            (kept,) = line.execute("SELECT count(*) FROM kept").fetchone()
        assert kept >= promised
        assert kept % 9 == 0
