"""The way somebody came lately, by the device of theirs that was heard last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from elders.models import Elder
from providers.models import Worker
from tracking.devices import held_at
from tracking.models import DeviceLink

LATELY = timedelta(minutes=30)
MOST = 60  # points: a fix every half minute


def drawn(elder: Elder, *, now: datetime) -> list[list[float]]:
    """[[lat, lon], …] of fixes nobody doubts, the oldest first; [] where she has not moved on.

    A device tells nothing of her from before she had it.
    """
    link = _heard_last(elder, now=now)
    if link is None:
        return []
    since = max(link.since, now - LATELY)
    fixes = link.device.positions.filter(fixed_at__range=(since, now), doubt="")
    way = [
        [lat, lon]
        for lat, lon in fixes.order_by("-fixed_at").values_list("lat", "lon")[:MOST]
        if lat is not None and lon is not None
    ]
    return way[::-1] if any(at != way[0] for at in way) else []


class Footstep(NamedTuple):
    """A sound fix, WGS-84."""

    lat: float
    lon: float
    accuracy_m: float | None
    fixed_at: datetime


def back(worker: Worker, *, since: datetime, now: datetime) -> Iterator[Footstep]:
    """The fixes nobody doubts from `since` on, the newest first, `MOST` of them."""
    link = _heard_last(worker, now=now)
    if link is None:
        return
    fixes = link.device.positions.filter(
        fixed_at__range=(max(link.since, since), now), valid=True, doubt="", lat__isnull=False
    )
    columns = ("lat", "lon", "accuracy_m", "fixed_at")
    for lat, lon, accuracy_m, fixed_at in fixes.order_by("-fixed_at").values_list(*columns)[:MOST]:
        yield Footstep(lat, lon, accuracy_m, fixed_at)


def _heard_last(who: Elder | Worker, *, now: datetime) -> DeviceLink | None:
    held = who.device_links.filter(held_at(now), device__last_heard_at__isnull=False)
    return held.select_related("device").order_by("-device__last_heard_at").first()
