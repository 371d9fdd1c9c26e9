"""Alarms of devices that nobody registered: all are kept, and nobody can flood the desk with them.

A device counts as an elder of its own, so it has one open case. Who sends as many devices as he
likes from one address gets a few cases, and then one more in which all others are counted.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from dispatch.models import ServiceRequest
from dispatch.states import JOINABLE
from tracking.models import Alarm

WINDOW_S = 600
CASES = 3  # of one address within the window; what comes beyond them folds into one

NOWHERE = "?"


def came_from(alarm: Alarm) -> str:
    """Where the alarm of a stranger came from; "" for a device of ours."""
    if alarm.device.registered or alarm.elder_id or alarm.worker_id:
        return ""
    return alarm.address or NOWHERE


def known_as(alarm: Alarm, *, now: datetime) -> str:
    """What tells this source from every other: two workers may have one name."""
    worker, device = alarm.worker, alarm.device.device_id
    if worker:
        return f"{worker} #{worker.pk}"
    own, address = f"device {device}", came_from(alarm)
    if not address:
        return own
    crowd = ServiceRequest.objects.filter(came_from=address, state__in=JOINABLE)
    mine = crowd.filter(Q(known_as=own) | Q(alarms__alarm__device=alarm.device_id))
    if joined := mine.order_by("pk").values_list("known_as", flat=True).first():
        return joined
    since = now - timedelta(seconds=WINDOW_S)
    # The first is locked: of two who come at once the second must see the case of the first.
    recent = list(
        crowd.filter(opened_at__gt=since).select_for_update(no_key=True).order_by("pk")[:CASES]
    )
    return f"devices at {address}" if len(recent) >= CASES else own
