"""Alarms: committed at once, with no buffer, filter or order rule, and handed over as they are."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tracking import devices, ingest, speakers
from tracking.clocks import clock_at
from tracking.flow import alarm_flow
from tracking.messages import Kind, Message
from tracking.models import Alarm, Clock, Device, DeviceLink, Protocol, Zone

log = logging.getLogger(__name__)

# What an alarm of ours keeps of the last position of its device.
PLACE = ("lat", "lon", "accuracy_m", "valid", "fixed_at", "clock", "source", "datum_in")


def cry(
    device: Device,
    message: Message,
    *,
    trusted: bool,
    protocol: Protocol,
    now: datetime,
    address: str = "",
) -> Alarm:
    """Keep the message's alarm and hand it to the alarm flow, in one transaction.

    Only a trusted message moves the device, but every alarm keeps the place it names. When the flow
    fails, the alarm stays, waiting (`handed_over_at` is None) for `hand_over_waiting`.
    """
    with transaction.atomic():
        alarm = _keep(device, message, trusted=trusted, protocol=protocol, address=address, now=now)
        if trusted:
            held = speakers.hold({device.device_id: protocol})
            ingest.hear([ingest.Spoken(held[device.device_id], message, protocol, now)], now=now)
        _hand_over(alarm, now=now)
    return alarm


def notice(
    device: Device,
    zone: Zone,
    kind: Kind,
    *,
    reference: str,
    course: float | None,
    now: datetime,
) -> Alarm | None:
    """Keep an alarm that the device did not cry itself, and hand it over; once for a reference.

    It names where the device was last, and `course` where it was going. In a transaction.
    """
    alarm, fresh = Alarm.objects.get_or_create(
        device=device,
        reference=reference,
        defaults={
            **{name: getattr(device, name) for name in PLACE},
            "received_at": now,
            "course": course,
            "elder": zone.elder,
            "zone": zone,
            "kinds": [str(kind)],
            "verified": device.registered,
        },
    )
    if fresh:
        _hand_over(alarm, now=now)
    return alarm if fresh else None


def hand_over_waiting(*, now: datetime, limit: int = 100) -> int:
    """Hand over again what the flow failed to take; how many it has taken now.

    The newest first: an old one that keeps failing must not keep a new one waiting.
    """
    waiting = Alarm.objects.filter(handed_over_at=None).order_by("-id")[:limit]
    return sum(_hand_over(alarm, now=now, waiting=True) for alarm in waiting)


def _keep(
    device: Device,
    message: Message,
    *,
    trusted: bool,
    protocol: Protocol,
    address: str,
    now: datetime,
) -> Alarm:
    said = message.sent_at or now
    believed = said if clock_at(said, now=now) == Clock.GOOD else now
    holder = devices.holder_at(device, believed) or devices.holder_at(device, now)
    place: dict[str, Any] = {"received_at": now, "source": protocol, "fixed_at": message.sent_at}
    if message.fix:
        fix = ingest.reading(message.fix, datum=device.datum_in, protocol=protocol, now=now)
        place = fix._asdict()
    columns = {
        **place,
        "elder": holder.elder if holder else None,
        "worker": holder.worker if holder else None,
        "kinds": [str(kind) for kind in message.kinds],
        "verified": trusted and device.registered,
        "raw": message.alarm_text,
        "address": address[:64],
        "callback": message.callback[:256],
    }
    reference = _reference(message, holder)
    if not reference:
        return Alarm.objects.create(device=device, **columns)
    alarm, fresh = Alarm.objects.get_or_create(device=device, reference=reference, defaults=columns)
    if not fresh:
        # A stuck clock dates every press alike, so a repeat is never only a copy: it sounds again.
        news = place if message.fix else {}
        Alarm.objects.filter(pk=alarm.pk).update(repeats=F("repeats") + 1, repeated_at=now, **news)
        alarm.refresh_from_db()
    return alarm


def _reference(message: Message, holder: DeviceLink | None) -> str:
    """What a repetition of the message has in common with it; "" where nothing is certain.

    A clock that stands still dates everybody's presses alike: a press of who holds the device now
    is none of who held it before, nor of nobody.
    """
    if message.reference:
        return message.reference[:200]
    if message.sent_at is None:
        return ""
    return f"{message.sent_at.isoformat()} {','.join(message.kinds)} {holder.pk if holder else 0}"


def _hand_over(alarm: Alarm, *, now: datetime, waiting: bool = False) -> bool:
    """Have the flow take the alarm (`waiting`: unless somebody else just did); whether it did.

    What a failing flow did halfway is undone, but not the alarm.
    """
    row = Alarm.objects.filter(pk=alarm.pk)
    try:
        with transaction.atomic():
            if not (row.filter(handed_over_at=None) if waiting else row).update(handed_over_at=now):
                return False
            alarm.handed_over_at = now
            alarm_flow().raised(alarm, now=now)
    except Exception:
        log.exception("alarm %s could not be handed over and waits", alarm.pk)
        row.update(handed_over_at=None)
        alarm.handed_over_at = None
        return False
    return True
