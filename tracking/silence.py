"""Who was not heard from in time. A deadline is a column of the device, looked at when it is due.

`due_at` says when a device has to be looked at, not when it was heard: a message changes nothing
here. Whoever spoke meanwhile is put forward by a whole interval, so that half a million devices
cost as many rows an interval, found by an index, and no timer.

That is for whatever elders hold. A worker's telephone or car is minded while its worker is on duty
and only once it was heard in that duty: who does not share promised nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When

from tracking.kinds import Kinds
from tracking.minding import Listening
from tracking.models import Device, DeviceLink

BATCH = 1_000  # devices held at a time
ENROLLED = 20_000  # devices a turn
DEAF_AFTER_S = 60  # without a turn for so long, this house was not there to hear anybody
NOTED_EVERY_S = 15
ON_DUTY_S = 1800  # of a worker's device; a telephone that is put away for a visit says nothing
LOW_PERCENT = 15
FULL_PERCENT = 30  # a low battery is one until it is above this, or charging


READ = (
    *("kind_id", "protocol", "registered", "last_heard_at", "battery", "charging"),
    *("due_at", "silent_since"),
)


class Look(NamedTuple):
    """What a turn found, as ids of devices: silent from now on, and with a battery nearly empty."""

    silent: Sequence[int]
    weak: Sequence[int]


def look(*, now: datetime) -> Look:
    """Looks at the devices that are due, in any number of processes; each lapses once.

    In the caller's transaction, so that what is made of it is written with it or not at all.
    """
    due = list(_free(Device.objects.filter(due_at__lte=now)).order_by("due_at")[:BATCH])
    if not due:
        return Look([], [])
    kinds, held = Kinds(), set(_held(due))
    listening = Listening.objects.first()
    since = listening.since if listening else now
    silent, weak = [], []
    for device in due:
        kind = kinds.of(device.kind_id, device.protocol)
        if kind is None or not kind.is_watched or device.pk not in held or not device.registered:
            device.due_at = None
            continue
        after = timedelta(seconds=kind.silent_after_s)
        told = device.last_heard_at or (device.due_at or now) - after
        device.due_at = max(told, since) + after
        if device.due_at <= now:
            device.due_at, device.silent_since = None, told
            silent.append(device.pk)
        elif _is_weak(device):
            weak.append(device.pk)
    Device.objects.bulk_update(due, ["due_at", "silent_since"], batch_size=500)
    return Look(silent, weak)


def look_on_duty(*, now: datetime) -> list[int]:
    """The devices of workers on duty that were heard in this duty and are not any more.

    In the caller's transaction, as `look`; each lapses once.
    """
    late = now - timedelta(seconds=ON_DUTY_S)
    listening = Listening.objects.first()
    if listening is None or listening.since > late:
        return []  # the silence may be ours
    # From the workers on duty, who are few, to their devices.
    in_this_duty = Q(worker__duty_since__lte=F("device__last_heard_at"))
    theirs = DeviceLink.objects.filter(
        in_this_duty | Q(worker__duty_since=None),
        until=None,
        worker__on_duty=True,
        device__registered=True,
        device__silent_since=None,
        device__last_heard_at__lte=late,
    )
    missed = list(theirs.values_list("device", flat=True)[:BATCH])
    rows = Device.objects.filter(pk__among=missed, silent_since=None, last_heard_at__lte=late)
    pks = [device.pk for device in _free(rows)]
    Device.objects.filter(pk__among=pks).update(silent_since=F("last_heard_at"), due_at=None)
    return pks


def heard_again(*, now: datetime) -> list[int]:
    """The silent devices that spoke, or that nobody has any more, or whose worker went off duty;
    they are watched anew."""
    rest = Exists(_links().filter(worker__on_duty=False))
    over = Q(last_heard_at__gt=F("silent_since")) | ~Exists(_links()) | rest
    found = _free(Device.objects.filter(over, silent_since__isnull=False))
    pks = [device.pk for device in found.order_by("pk")[:BATCH]]
    # Due at once: the next turn says until when, by the kind.
    Device.objects.filter(pk__among=pks).update(silent_since=None, due_at=now)
    return pks


def gone(device_id: int, *, now: datetime) -> None:
    """A server that waits for the device says that it has gone: it is silent until it speaks."""
    Device.objects.filter(pk=device_id).update(silent_since=now, due_at=None)


def charged(pks: Iterable[int]) -> list[int]:
    """Those of the devices whose battery is no longer low."""
    rows = Device.objects.filter(pk__among=list(pks))
    well = rows.filter(Q(battery__gt=FULL_PERCENT) | Q(charging=True))
    return list(well.values_list("pk", flat=True))


def enrol(*, now: datetime) -> int:
    """Begins to watch devices that somebody holds; how many. A new one has a whole interval.

    So many at a time that nobody who speaks waits for long, and so many times that a register of
    half a million is watched within minutes.
    """
    first, done, last = _first(Kinds(), now=now), 0, 0
    idle = Device.objects.annotate(first=first).filter(
        Exists(_links().filter(worker=None)),
        registered=True,
        due_at=None,
        silent_since=None,
        first__isnull=False,
    )
    while done < ENROLLED:
        with transaction.atomic():
            new = [one.pk for one in _free(idle.filter(pk__gt=last)).order_by("pk")[:BATCH]]
            if not new:
                break
            done += Device.objects.filter(pk__among=new).update(due_at=first)
        last = new[-1]
    return done


def note(*, now: datetime) -> bool:
    """Notes that this house listens, a few times a minute; whether it was time. A break moves the
    beginning: then the silence was ours."""
    row = Listening.objects.first()
    if row and timedelta() <= now - row.at < timedelta(seconds=NOTED_EVERY_S):
        return False
    with transaction.atomic():
        row = Listening.objects.select_for_update(no_key=True).first() or Listening(
            since=now, at=now
        )
        if now - row.at > timedelta(seconds=DEAF_AFTER_S):
            row.since = now
        row.at = max(row.at, now)
        row.save()
    return True


def watched() -> QuerySet[Device]:
    """The devices whose silence is minded, silent ones among them."""
    return Device.objects.filter(Q(due_at__isnull=False) | Q(silent_since__isnull=False))


def _first(kinds: Kinds, *, now: datetime) -> Case:
    """When a device of which nothing has been heard is looked at; nothing where nobody minds."""
    cases = [
        When(
            Q(kind=code) | Q(kind=None, protocol__in=kinds.protocols(kinds.by_code[code])),
            then=Value(now + timedelta(seconds=after_s)),
        )
        for code, after_s in kinds.silent_after().items()
    ]
    return Case(*cases, default=None, output_field=DateTimeField())


def _is_weak(device: Device) -> bool:
    return device.battery is not None and device.battery <= LOW_PERCENT and not device.charging


def _free(rows: QuerySet[Device]) -> QuerySet[Device]:
    """Those that nobody holds at this moment, a message or another process: it finds them too."""
    free = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return free.only(*READ)


def _links() -> QuerySet[DeviceLink]:
    return DeviceLink.objects.filter(device=OuterRef("pk"), until=None)


def _held(devices: Iterable[Device]) -> Iterable[int]:
    links = DeviceLink.objects.filter(device__in=devices, until=None, worker=None)
    return links.values_list("device_id", flat=True)
