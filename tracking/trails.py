"""The way somebody came lately, by the device of theirs that was heard last."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from elders.models import Elder
from providers.models import Worker
from tracking import doubts
from tracking.devices import held_at
from tracking.doubts import Point
from tracking.models import Clock, DeviceLink

LATELY = timedelta(minutes=30)
MOST = 60  # points: a fix every half minute


def drawn(elder: Elder, *, now: datetime) -> list[list[float]]:
    """[[lat, lon], …], the oldest first: the line that her sound fixes make; [] where she has not
    moved on."""
    way = list(back(elder, since=now - LATELY, now=now))
    line = [[point.lat, point.lon] for point in doubts.smooth(way[::-1])]
    return line if any(at != line[0] for at in line) else []


def back(who: Elder | Worker, *, since: datetime, now: datetime) -> Iterator[Point]:
    """The sound fixes from `since` on, the newest first, `MOST` of them: valid, by a clock that is
    right, and doubted by nobody.

    A device tells nothing of them from before they had it.
    """
    link = _heard_last(who, now=now)
    if link is None:
        return
    fixes = link.device.positions.filter(
        fixed_at__range=(max(link.since, since), now),
        valid=True,
        clock=Clock.GOOD,
        doubt="",
        lat__isnull=False,
    )
    columns = ("lat", "lon", "fixed_at", "accuracy_m")
    for row in fixes.order_by("-fixed_at").values_list(*columns)[:MOST]:
        yield Point(*row)


def _heard_last(who: Elder | Worker, *, now: datetime) -> DeviceLink | None:
    held = who.device_links.filter(held_at(now), device__last_heard_at__isnull=False)
    return held.select_related("device").order_by("-device__last_heard_at").first()
