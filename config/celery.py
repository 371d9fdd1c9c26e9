"""The production host of the work: Celery rings, the database says what is due.

No task carries data and no result is kept. A lost message loses nothing, because beat rings every
second; a message that waited too long is dropped, because a later one says the same.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# The kinds of `config.work.SWEEPS`, which cannot be asked before Django is loaded.
KINDS = (
    *("deadlines", "outbound", "push", "calling", "ledger"),
    *("upkeep", "carriers", "places", "parts"),
)

app = Celery("one_number", broker=settings.REDIS_URL or None)
app.conf.update(
    beat_schedule={
        kind: {
            "task": "config.celery.turn",
            "args": (kind,),
            "schedule": 1.0,
            "options": {"expires": 5.0},
        }
        for kind in KINDS
    },
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
    task_ignore_result=True,
    task_publish_retry=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    timezone="UTC",
)
app.set_default()


@app.task
def turn(kind: str) -> None:
    """Does what is due of one kind of work."""
    from config import work

    work.turn_now(kind)


@worker_init.connect
def _refuse_what_is_broken(**_: Any) -> None:
    """Celery logs what a receiver raises and goes on, unless it is asked to leave."""
    from config.checks import refuse_what_is_broken

    try:
        refuse_what_is_broken()
    except ImproperlyConfigured as reason:
        raise SystemExit(f"One Number does not start: {reason}") from reason
