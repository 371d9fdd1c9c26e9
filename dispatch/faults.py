"""What devices say of themselves: told to the desk once for each cause, and counted.

A power cut makes every base station in a street say so in the same minute: that is one outage.
Devices that nobody registered have one line for all of them.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from dispatch import notices
from dispatch.live import pokes
from dispatch.models import Notice
from providers.models import Category
from tracking.models import Alarm

WINDOW_S = 600
OUTAGE_AT = 4  # devices that lost power within the window are an outage
POWER = frozenset({"power_lost", "power_back"})


def tell(alarm: Alarm, *, now: datetime) -> None:
    """Puts the alarm, which is no call for help, in front of the desk."""
    # One at a time; not the lock that a case waits for which names this category.
    Category.objects.select_for_update(no_key=True).order_by("pk").first()
    if not alarm.device.registered:
        _count("unknown_faults", _facts(alarm), now=now)
    elif not set(alarm.kinds) <= POWER or not _outage(alarm, now=now):
        _single(alarm, now=now)


def _single(alarm: Alarm, *, now: datetime) -> None:
    facts = _facts(alarm)
    same = _open("device_fault").filter(data__device=facts["device"], data__kinds=facts["kinds"])
    if not same.update(times=F("times") + 1, opened_at=now):
        notices.tell("device_fault", now=now, data=facts)
    pokes.after_commit("console")


def _outage(alarm: Alarm, *, now: datetime) -> bool:
    """Whether the alarm is counted as part of an outage, which begins with the fourth."""
    since = now - timedelta(seconds=WINDOW_S)
    outage = _open("outage").filter(opened_at__gt=since).first()
    if outage is None and "power_lost" in alarm.kinds:
        others = _open("device_fault").filter(data__kinds=["power_lost"], opened_at__gt=since)
        told = [(notice.data["device"], notice.data["place"]) for notice in others]
        if len({device for device, _ in told} - {alarm.device.device_id}) < OUTAGE_AT - 1:
            return False
        others.update(done_at=now)
        outage = Notice(code="outage", opened_at=now, times=0, data={"lost": {}, "back": []})
        outage.data["lost"].update(told)
    if outage is None:
        return False
    device, place = alarm.device.device_id, _place(alarm)
    if "power_lost" in alarm.kinds:
        outage.data["lost"][device] = place
    if "power_back" in alarm.kinds and device not in outage.data["back"]:
        outage.data["back"].append(device)
    outage.times, outage.opened_at = outage.times + 1, now
    outage.save()
    pokes.after_commit("console")
    return True


def _count(code: str, facts: dict[str, Any], *, now: datetime) -> None:
    if not _open(code).update(times=F("times") + 1, opened_at=now, data=facts):
        notices.tell(code, now=now, data=facts)
    pokes.after_commit("console")


def _open(code: str) -> QuerySet[Notice]:
    return Notice.objects.filter(code=code, done_at=None)


def _facts(alarm: Alarm) -> dict[str, Any]:
    return {
        "kinds": alarm.kinds,
        "device": alarm.device.device_id,
        "elder": alarm.elder.name if alarm.elder else "",
        "place": _place(alarm),
    }


def _place(alarm: Alarm) -> str:
    grid = alarm.elder.grid if alarm.elder else None
    return grid.name if grid else ""
