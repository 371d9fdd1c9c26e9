"""Being at work, and where."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from providers.cells import cell_of
from providers.errors import ProviderError
from providers.models import Worker

KEPT = timedelta(hours=24)


def set_duty(worker: Worker, on: bool, *, now: datetime, at: datetime | None = None) -> None:
    """Goes on or off duty; saying so twice changes nothing.

    `at` is when it was said, where that is heard later: it holds from then on. ProviderError 409
    `changed_since` when duty was changed in between, `too_old` after a day.
    """
    said = min(at or now, now)
    if now - said > KEPT:
        raise ProviderError("too_old", 409, _("This was pressed more than a day ago."))
    changed = Worker.objects.filter(pk=worker.pk).exclude(on_duty=on)
    done = changed.exclude(duty_since__gt=said).update(on_duty=on, duty_since=said)
    worker.refresh_from_db(fields=["on_duty", "duty_since"])
    if not done and worker.on_duty != on:
        why = _("Your duty was changed after you pressed this.")
        raise ProviderError("changed_since", 409, why)


class Move(NamedTuple):
    """Where a worker was at `at`, WGS-84."""

    worker_id: int
    lat: float
    lon: float
    accuracy_m: float | None
    at: datetime


_MOVE = """
UPDATE providers_worker SET lat = %s, lon = %s, accuracy_m = %s, position_at = %s
WHERE id = %s AND (position_at IS NULL OR position_at < %s)
"""
_CELL = """
UPDATE providers_workercategory SET cell = %s WHERE worker_id = %s AND (cell IS NULL OR cell <> %s)
AND EXISTS (SELECT 1 FROM providers_worker w WHERE w.id = worker_id AND w.position_at = %s)
"""


def move(moves: Iterable[Move], *, now: datetime) -> None:
    """Notes where workers are; not what is older than what we have, nor what is no place:
    outside the globe, or (0, 0).

    The newest is chosen by the device's clock, unless that runs ahead of ours.
    """
    known = [
        (each, connection.ops.adapt_datetimefield_value(min(each.at, now)))
        for each in sorted(
            moves, key=attrgetter("worker_id")
        )  # always in the same order: nobody waits for who waits
        if -90 <= each.lat <= 90 and -180 <= each.lon <= 180 and (each.lat, each.lon) != (0, 0)
    ]
    cells = [(cell_of(each.lat, each.lon), each.worker_id, at) for each, at in known]
    with transaction.atomic(), connection.cursor() as cursor:  # the worker first, as nearness does
        cursor.executemany(
            _MOVE,
            [(each.lat, each.lon, each.accuracy_m, at, each.worker_id, at) for each, at in known],
        )
        cursor.executemany(_CELL, [(cell, worker, cell, at) for cell, worker, at in cells])
