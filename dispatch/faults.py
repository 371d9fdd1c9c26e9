"""What devices say of themselves: a trouble of the device, or the end of one.

Devices that nobody registered have one line on the desk for all of them.
"""

from datetime import datetime
from typing import Any

from django.db.models import F

from dispatch import notices, troubles
from dispatch.live import pokes
from dispatch.models import Notice
from providers.models import Category
from tracking import devices, silence
from tracking.models import Alarm, Protocol

# Here "silent" is said of the device itself, by a server that waits for it; elsewhere a unit,
# which lives, says it of one of its parts.
FORWARDED = frozenset({Protocol.OWNTRACKS, Protocol.TRACCAR})
PART_SILENT = "part_silent"


def tell(alarm: Alarm, *, now: datetime) -> None:
    """Takes down the alarm, which is no call for help."""
    if not alarm.device.registered:
        _count("unknown_faults", _facts(alarm), now=now)
        return
    said = {_cause(kind, alarm) for kind in alarm.kinds}
    held = devices.holder_at(alarm.device, now)
    holders = {alarm.device_id: held} if held else {}
    for cause in sorted(said):
        if cause == troubles.SILENT:
            silence.gone(alarm.device_id, now=now)
        over = troubles.ENDS.get(cause)
        is_over = over and troubles.end(over, [alarm.device_id], now=now)
        if not is_over and cause not in ("power_back", "battery_ok"):
            troubles.begin(cause, [alarm.device_id], holders=holders, now=now)


def _cause(kind: str, alarm: Alarm) -> str:
    if kind == troubles.SILENT and alarm.source not in FORWARDED:
        return PART_SILENT
    return kind


def _count(code: str, facts: dict[str, Any], *, now: datetime) -> None:
    # One at a time; not the lock that a case waits for which names this category.
    Category.objects.select_for_update(no_key=True).order_by("pk").first()
    rows = Notice.objects.filter(code=code, done_at=None)
    if not rows.update(times=F("times") + 1, opened_at=now, data=facts):
        notices.tell(code, now=now, data=facts)
    pokes.after_commit("console")


def _facts(alarm: Alarm) -> dict[str, Any]:
    return {"kinds": alarm.kinds, "device": alarm.device.device_id}
