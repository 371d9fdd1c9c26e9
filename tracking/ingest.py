"""Positions: what a device says of itself becomes its last position and its history."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from providers import duty
from tracking import devices
from tracking.flow import alarm_flow
from tracking.messages import Fix, Message
from tracking.models import Clock, Device, Position, Protocol
from tracking.weighing import FRESH_S

AHEAD_S = 120  # a device's clock may be this much ahead of ours
EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # clocks that nobody set begin in 1970, 1980 or 2000


def hear(device: Device, message: Message, *, protocol: Protocol, now: datetime) -> bool:
    """Take in all that the message says but its alarm; whether it held a position.

    Safe to repeat: the same fix is kept once.
    """
    said = {"battery": message.battery, "charging": message.charging}
    news = {name: value for name, value in said.items() if value is not None}
    with transaction.atomic():
        Device.objects.filter(pk=device.pk).update(last_heard_at=now, **news)
        if message.fix is None:
            return False
        columns = reading(message.fix, protocol=protocol, now=now)
        position = Position(device=device, battery=message.battery, stored_at=now, **columns)
        Position.objects.bulk_create([position], ignore_conflicts=True)
        _move(device, columns, now=now)
    return True


def reading(fix: Fix, *, protocol: Protocol, now: datetime) -> dict[str, Any]:
    """The columns of a `Reading` received now; a fix without a time was made now."""
    fixed_at = fix.fixed_at or now
    return {
        "lat": fix.lat,
        "lon": fix.lon,
        "accuracy_m": fix.accuracy_m,
        "altitude_m": fix.altitude_m,
        "speed_mps": fix.speed_mps,
        "course": fix.course,
        "valid": fix.valid,
        "fixed_at": fixed_at,
        "received_at": now,
        "clock": clock_at(fixed_at, now=now),
        "source": protocol,
    }


def clock_at(said: datetime, *, now: datetime) -> Clock:
    """What a device's clock is worth that says `said` now. Old is not wrong: it may be buffered."""
    if said > now + timedelta(seconds=AHEAD_S):
        return Clock.AHEAD
    return Clock.UNSET if said < EPOCH else Clock.GOOD


def _move(device: Device, columns: dict[str, Any], *, now: datetime) -> None:
    """Make this the last position, if it is: the newest by plausible device time, not by arrival.

    A doubtful fix (not valid, or of a wrong clock) never displaces a sound one that is fresh, and
    a sound one always displaces it.
    """
    sound = columns["valid"] and columns["clock"] == Clock.GOOD
    if columns["clock"] != Clock.GOOD:
        columns = {**columns, "fixed_at": now}
    doubtful = Q(valid=False) | ~Q(clock=Clock.GOOD)
    newer = Q(fixed_at__lte=columns["fixed_at"])
    if sound:
        displaced = newer | doubtful
    else:
        displaced = newer & (doubtful | Q(fixed_at__lte=now - timedelta(seconds=FRESH_S)))
    last = Device.objects.filter(Q(fixed_at=None) | displaced, pk=device.pk)
    if not last.update(**columns):
        return
    holder = devices.holder_at(device, columns["fixed_at"])
    if holder and holder.worker and sound:
        duty.move(
            holder.worker,
            columns["lat"],
            columns["lon"],
            columns["accuracy_m"],
            fixed_at=columns["fixed_at"],
            now=now,
        )
    transaction.on_commit(partial(_tell, device, now), robust=True)


def _tell(device: Device, now: datetime) -> None:
    device.refresh_from_db()
    alarm_flow().moved(device, now=now)
