"""Being at work, and where."""

from datetime import datetime, timedelta

from django.db.models import Q

from providers.cells import cell_of
from providers.models import Worker, WorkerCategory

# A device's clock may run ahead of ours by this much and still be believed.
AHEAD_S = 60


def set_duty(worker: Worker, on: bool, *, now: datetime) -> None:
    """Goes on or off duty; saying so twice changes nothing."""
    changed = Worker.objects.filter(pk=worker.pk).exclude(on_duty=on)
    changed.update(on_duty=on, duty_since=now)
    worker.refresh_from_db(fields=["on_duty", "duty_since"])


def move(
    worker: Worker,
    lat: float,
    lon: float,
    accuracy_m: float | None,
    *,
    fixed_at: datetime,
    now: datetime,
) -> bool:
    """Notes where the worker is, WGS-84; False for a fix older than the one we have.

    The newest is chosen by the device's clock, unless that runs ahead of ours.
    """
    at = min(fixed_at, now) if fixed_at <= now + timedelta(seconds=AHEAD_S) else now
    newer = Worker.objects.filter(Q(position_at=None) | Q(position_at__lt=at), pk=worker.pk)
    if not newer.update(lat=lat, lon=lon, accuracy_m=accuracy_m, position_at=at):
        return False
    cell = cell_of(lat, lon)
    WorkerCategory.objects.filter(worker=worker).exclude(cell=cell).update(cell=cell)
    return True
