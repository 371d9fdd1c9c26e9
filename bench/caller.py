"""What one caller costs the house: processor time and statements, in one thread, nobody else there.

She rings and is recognised, hears the greeting, hangs up, and is on the list of call-backs: what
`run_ami` does for each, without Asterisk. There is no peer; the figure is held against its own
past, and a quiet machine is not needed, as it is the processor's time of this process alone.
"""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import busy
from config.town import numbers
from tests.infra import house as houses
from tests.infra.postgres import Postgres
from tests.infra.redis import Redis

CALLERS = int(os.environ.get("CALLER_TIMES", "300"))


def main() -> None:
    with house():
        from telephony import inbound

        each = list(enumerate(itertools.islice(map(numbers.mobile, itertools.count()), CALLERS)))

        def ring(n: int, number: str) -> None:
            inbound.incoming("x", f"x-{n}", from_number=number, to_number="12349", now=now())

        def hang_up(n: int, number: str) -> None:
            inbound.leg_gone("x", f"x-{n}", now=now())

        for name, act in (("a ring", ring), ("a hang-up", hang_up)):
            asked = statements(partial(act, *each[0]))  # and warm
            began = time.process_time()
            for one in each[1:]:
                act(*one)
            ms = (time.process_time() - began) / (len(each) - 1) * 1000
            print(f"{name:<10} {asked} statements, {ms:.1f} ms of processor; {busy()}", flush=True)


@contextmanager
def house() -> Iterator[None]:
    """This process is the house, with as many elders as ring."""
    with TemporaryDirectory() as var, Postgres() as postgres, Redis() as redis:
        os.environ |= houses.database(Path(var), postgres, redis)
        os.environ |= {"SECRET_KEY": "bench-" + "0" * 50, "FIELD_KEYS": "bench-" + "1" * 50}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("seed_town", elders=CALLERS, providers=20, workers=200, verbosity=0)
        yield
        connections.close_all()


def statements(act: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


if __name__ == "__main__":
    main()
