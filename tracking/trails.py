"""The way an elder came lately, by the device of hers that was heard last."""

from datetime import datetime, timedelta

from elders.models import Elder
from tracking.devices import held_at

LATELY = timedelta(minutes=30)
MOST = 60  # points: a fix every half minute


def drawn(elder: Elder, *, now: datetime) -> list[list[float]]:
    """[[lat, lon], …] of fixes nobody doubts, the oldest first; [] where she has not moved on.

    A device tells nothing of her from before she had it.
    """
    link = (
        elder.device_links.filter(held_at(now), device__last_heard_at__isnull=False)
        .select_related("device")
        .order_by("-device__last_heard_at")
        .first()
    )
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
