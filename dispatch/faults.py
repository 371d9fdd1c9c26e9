"""What devices say of themselves: a trouble of the device, or the end of one.

Devices that nobody registered have one line on the desk for all of them.
"""

import logging
from collections.abc import Set
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from dispatch import notices, troubles
from dispatch.live import pokes
from dispatch.models import Notice
from providers.models import Category
from tracking import devices, silence
from tracking.models import Alarm, Protocol

log = logging.getLogger(__name__)

# Here "silent" is said of the device itself, by a server that waits for it; elsewhere a unit,
# which lives, says it of one of its parts.
FORWARDED = frozenset({Protocol.OWNTRACKS, Protocol.TRACCAR})
PART_SILENT = "part_silent"


def tell(alarm: Alarm, *, now: datetime) -> None:
    """Takes down the alarm, which is no call for help."""
    if not alarm.device.registered:
        _count("unknown_faults", _facts(alarm), now=now)
        return
    _take_down(set(alarm.kinds), alarm, now=now)


def tell_beside(alarm: Alarm, *, help_is: Set[str], now: datetime) -> None:
    """Takes down what a call for help (`help_is`) says of its device besides.

    "silent" beside a call is she, who did not report in. What a stranger says stands in its case.
    Whatever goes wrong with it, the case is opened.
    """
    said = set(alarm.kinds) - help_is - {troubles.SILENT}
    if not said or not alarm.device.registered:
        return
    try:
        with transaction.atomic():
            _take_down(said, alarm, now=now)
    except Exception:
        log.exception("what is said beside alarm %s is not told", alarm.pk)


def _take_down(kinds: Set[str], alarm: Alarm, *, now: datetime) -> None:
    said = {_cause(kind, alarm) for kind in kinds}
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
