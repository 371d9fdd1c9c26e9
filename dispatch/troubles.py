"""What is wrong with devices: one open row a device and cause, which ends by itself.

Nobody is nagged: the desk has a list, ordered by who is most at risk, and hears of many at once as
one outage (`outages`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from dispatch import notices, outages
from dispatch.errors import DispatchError
from dispatch.live import pokes
from dispatch.models import Assignment, Trouble
from dispatch.models.trouble import OPEN
from dispatch.states import ACTIVE_ASSIGNMENTS
from elders.models import Elder, User
from tracking import silence
from tracking.models import Device, DeviceLink

SILENT, LOW_BATTERY = "silent", "low_battery"
# What a device says → the cause whose end that is.
ENDS = {"power_back": "power_lost", "battery_ok": LOW_BATTERY, "zone_enter": "zone_exit"}


def sweep(*, now: datetime) -> int:
    """Finds who is silent, who was heard again, and what they have in common; how many rows."""
    is_time = silence.note(now=now)
    done = silence.enrol(now=now) if is_time else 0
    with transaction.atomic():
        found = silence.look(now=now)
        missed = silence.look_on_duty(now=now) if is_time else []
        silent = begin(SILENT, [*found.silent, *missed], now=now)
        begin(LOW_BATTERY, found.weak, now=now)
        _tell_of_workers(silent, now=now)
    with transaction.atomic():
        heard = silence.heard_again(now=now)
        end(SILENT, _no_longer_silent(), now=now)
    weak = Trouble.objects.filter(OPEN, cause=LOW_BATTERY).values_list("device_id", flat=True)
    charged = silence.charged(weak)
    end(LOW_BATTERY, charged, now=now)
    return done + len(silent) + len(heard) + len(charged) + outages.sweep(now=now)


def begin(
    cause: str,
    devices: Iterable[int],
    *,
    now: datetime,
    holders: Mapping[int, DeviceLink] | None = None,
) -> list[Trouble]:
    """Opens a row for each of these devices (ids); where one is open, it is counted. The new ones.

    Of the dead nothing is told. `holders`: who held the device, where that is not its present one.
    """
    pks = list(devices)
    if not pks:
        return []
    known = Trouble.objects.filter(OPEN, device__among=pks, cause=cause)
    before = set(known.values_list("device_id", flat=True))
    known.update(times=F("times") + 1, last_at=now)
    fresh = Device.objects.filter(pk__among=[pk for pk in pks if pk not in before])
    links = holders if holders is not None else _holders(pks)
    rows = [_row(device, links.get(device.pk), cause, now=now) for device in fresh]
    living = [row for row in rows if not _is_dead(row.elder)]
    # Two at once: whoever is second finds the row there, and once is enough.
    made = Trouble.objects.bulk_create(living, ignore_conflicts=True)
    if made:
        pokes.after_commit("console")
    opened = Trouble.objects.filter(OPEN, device__among=[row.device_id for row in made])
    return list(opened.filter(cause=cause).select_related("elder", "worker", "device"))


def end(cause: str, devices: Iterable[int], *, now: datetime, by: User | None = None) -> int:
    """It is over for these devices; how many rows that ends."""
    pks = list(devices)
    if not pks:
        return 0
    rows = Trouble.objects.filter(OPEN, device__among=pks, cause=cause)
    hit = rows.update(ended_at=now, ended_by=by)
    if hit:
        outages.heard_again(pks, now=now)
        pokes.after_commit("console")
    return hit


def dealt_with(trouble: Trouble, *, by: User, now: datetime) -> None:
    """A person has seen to it. Of one that is still so nothing is said until it was over once."""
    if not end(trouble.cause, [trouble.device_id], now=now, by=by):
        raise DispatchError("wrong_state", _("A colleague has seen to it already."))


def _row(device: Device, link: DeviceLink | None, cause: str, *, now: datetime) -> Trouble:
    elder = link.elder if link else None
    since = device.silent_since if cause == SILENT else None
    return Trouble(
        device=device,
        elder=elder,
        worker=link.worker if link else None,
        cause=cause,
        since=since or now,
        opened_at=now,
        last_at=now,
        grid=elder.grid.code if elder and elder.grid else "",
        cell=device.cell,
        protocol=device.protocol,
    )


def _holders(devices: Iterable[int]) -> dict[int, DeviceLink]:
    links = DeviceLink.objects.filter(device__among=list(devices), until=None)
    return {link.device_id: link for link in links.select_related("elder__grid", "worker")}


def _no_longer_silent() -> list[int]:
    """Devices that were heard again, or have another holder, whose silence is still told."""
    told = Trouble.objects.filter(OPEN, cause=SILENT, device__silent_since=None)
    return list(told.values_list("device_id", flat=True)[: silence.BATCH])


def _is_dead(elder: Elder | None) -> bool:
    return elder is not None and elder.status == Elder.Status.DECEASED


def _tell_of_workers(silent: Iterable[Trouble], *, now: datetime) -> None:
    """A worker on the way or at the door whose device is silent: somebody rings."""
    workers = [row.worker_id for row in silent if row.worker_id]
    for visit in _visits(workers):
        notices.tell("worker_silent", now=now, request=visit.request)


def _visits(workers: list[int]) -> QuerySet[Assignment]:
    going = Assignment.objects.filter(worker__in=workers, state__in=ACTIVE_ASSIGNMENTS)
    return going.select_related("request")
