"""What was told "received" must outlive a power cut: the databases we run on, those refused, and
those that vanish."""

import subprocess
import sys

import pytest

from tests.architecture.test_settings import PRODUCTION, ROOT
from tests.infra.postgres import Postgres


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**PRODUCTION, **env}, capture_output=True, text=True, check=False
    )


def test_sqlite_writes_each_commit_to_the_disk_before_it_answers(tmp_path):
    ask = "from django.db import connection as c; k = c.cursor()\n"
    ask += "for name in ('synchronous', 'journal_mode'):\n"
    ask += "    print(name, k.execute(f'PRAGMA {name}').fetchone()[0])"
    embedded = {"DATABASE_URL": "", "REDIS_URL": "", "VAR_DIR": str(tmp_path)}
    done = manage("shell", "--no-imports", "-c", ask, **embedded)
    assert done.stdout.split() == ["synchronous", "2", "journal_mode", "wal"], done.stderr


@pytest.mark.production
def test_a_postgresql_that_answers_before_it_has_written_is_refused(tmp_path, postgres: Postgres):
    url = postgres.database("hasty") + "?options=-c%20synchronous_commit%3Doff"
    done = manage("check", "--database", "default", DATABASE_URL=url, VAR_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "one_number.E007" in done.stderr


@pytest.mark.production
def test_a_database_whose_machine_has_vanished_is_given_up_after_twenty_seconds(
    tmp_path, postgres: Postgres
):
    ask = "import socket\nfrom django.db import connection as c\nc.ensure_connection()\n"
    ask += "line = socket.fromfd(c.connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)\n"
    ask += "for what in ('USER_TIMEOUT', 'KEEPIDLE', 'KEEPINTVL', 'KEEPCNT'):\n"
    ask += "    print(line.getsockopt(socket.IPPROTO_TCP, getattr(socket, f'TCP_{what}')))"
    url = postgres.database("vanishing")
    done = manage("shell", "--no-imports", "-c", ask, DATABASE_URL=url, VAR_DIR=str(tmp_path))
    assert done.stdout.split() == ["20000", "10", "5", "2"], done.stderr
