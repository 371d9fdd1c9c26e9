"""Being at work, and where."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from providers.cells import cell_of
from providers.models import Worker, WorkerCategory


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
    """Notes where the worker is, WGS-84; False for a fix older than the one we have,
    and for what is no place: outside the globe, or (0, 0).

    The newest is chosen by the device's clock, unless that runs ahead of ours.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat, lon) == (0, 0):
        return False
    at = min(fixed_at, now)
    newer = Worker.objects.filter(Q(position_at=None) | Q(position_at__lt=at), pk=worker.pk)
    with transaction.atomic():  # the worker first, as nearness locks them
        if not newer.update(lat=lat, lon=lon, accuracy_m=accuracy_m, position_at=at):
            return False
        cell = cell_of(lat, lon)
        WorkerCategory.objects.filter(worker=worker).exclude(cell=cell).update(cell=cell)
    return True
