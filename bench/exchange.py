"""A town's telephones as in production: Asterisk, PostgreSQL, Redis, web, Celery and `run_ami`."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.infra import house as houses
from tests.infra.asterisk import Asterisk
from tests.infra.postgres import Postgres
from tests.infra.process import Process
from tests.infra.redis import Redis
from tests.infra.server import Celery, Server, manage

TICKS = os.sysconf("SC_CLK_TCK")
SECRETS = {"SECRET_KEY": "bench-" + "0" * 50, "FIELD_KEYS": "bench-" + "1" * 50}
BARE = """
[from-trunk](+)
exten => bare,1,Goto(bare,s,1)

[bare]
exten => s,1,Answer()
 same => n,Queue(desk)
"""
"""What a queue without a service is: the peer, on the same Asterisk."""

GREETINGS = """
import shutil
from dispatch import wording
from elders.models import Elder
from telephony import prompts
like = {}
for elder in Elder.objects.all():
    said = prompts.sentences(wording.greeting(elder, language=elder.language))
    for place, sentence in enumerate(said):
        kind = (elder.language, place)
        if kind not in like:
            like[kind] = prompts.file_of(sentence, elder.language)
        name = f"{prompts.name_of(sentence, elder.language)}.wav"
        if not (file := like[kind].with_name(name)).exists():
            shutil.copy(like[kind], file)
"""
"""Everybody has rung before: the sound of one name stands in for that of each other."""


class Exchange:
    """All of it is up. `env` is what its processes were given."""

    def __init__(self, env: dict[str, str], asterisk: Asterisk, postgres: Postgres) -> None:
        self.env, self.asterisk, self.postgres = env, asterisk, postgres
        self.link = Process([sys.executable, "manage.py", "run_ami"], env=env)

    def manage(self, *arguments: str) -> str:
        return manage(*arguments, env={**os.environ, **self.env})

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the town's database."""
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            return connection.execute(question.encode(), values).fetchall()

    def until_quiet(self, *, within_s: float = 180.0) -> float:
        """Returns, in seconds, how long it took until no channel is up and no call is open."""
        began = time.monotonic()
        while self.asterisk.channels() or self._open():
            if time.monotonic() - began > within_s:
                still = "\n".join(self.asterisk.channels()[:10])
                raise TimeoutError(f"{self._open()} calls are open\n{still}\n{self.link.tail()}")
            time.sleep(0.2)
        return time.monotonic() - began

    def cpu_s(self) -> dict[str, float]:
        """Seconds of processor that each part has used so far."""
        database = [self.postgres.pid, *_children(self.postgres.pid)]
        parts = {"link": [self.link.pid], "asterisk": [self.asterisk.pid], "database": database}
        return {name: sum(map(_cpu_s, pids)) for name, pids in parts.items()}

    def _open(self) -> int:
        live = "SELECT count(*) FROM telephony_call WHERE state NOT IN ('ended', 'abandoned')"
        return int(self.ask(live)[0][0])


@contextmanager
def exchange(
    *, elders: int, people: Callable[[Exchange], Collection[int]] = lambda it: ()
) -> Iterator[Exchange]:
    """Seeds a register of `elders`; `people` may add operators, whose telephones are then at
    `asterisk.desk_port`."""
    with ExitStack() as stack:
        var = Path(stack.enter_context(TemporaryDirectory()))
        postgres, redis = stack.enter_context(Postgres()), stack.enter_context(Redis())
        asterisk = Asterisk()
        asterisk.house_env["SIP_RTP_PORTS"] = "10000-18999"  # for 4,500 callers at once
        stack.callback(shutil.rmtree, asterisk.folder, ignore_errors=True)
        web = Server(
            env={
                "VAR_DIR": str(var),
                "DATABASE_URL": postgres.database("town", like=houses.migrated(postgres)),
                "REDIS_URL": redis.url(),
                "LOG_LEVEL": "WARNING",
                "TOWN_LANGUAGE": "en",
                **SECRETS,
                **asterisk.house_env,
            },
            migrate=False,
        )
        it = Exchange(web.env, asterisk, postgres)
        print(f"seeding {elders:,} elders ...", flush=True)
        it.manage("seed_town", "--elders", str(elders), "--providers", "50", "--workers", "500")
        it.manage("shell", "-c", GREETINGS)
        asterisk.configure(web.env, telephones=people(it))
        with (asterisk.etc / "extensions.conf").open("a") as dialplan:
            dialplan.write(BARE)
        for part in (asterisk, it.link, Celery("worker", env=web.env), Celery("beat", env=web.env)):
            stack.enter_context(part)
        stack.enter_context(web)
        web.wait_until(lambda: web.get("/readyz")[0] == 200, timeout_s=90)
        yield it


def _children(pid: int) -> list[int]:
    return [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_s(pid: int) -> float:
    """User and system time of a process; 0 of one that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
