"""Zones of elders against the positions of their devices: crossings, and alarms of ours.

Judged after the positions are committed. What is due when nothing more is heard stands in the row
(`ZoneStand.due_at`), and any number of processes may look for it.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from tracking import alarms, commands, doubts, travel
from tracking.devices import held_at
from tracking.errors import TrackingError
from tracking.fences import rule_of
from tracking.messages import Kind
from tracking.models import Device, DeviceLink, Order, Position, Zone, ZoneCrossing, ZoneStand
from tracking.rows import Entry, Reading
from tracking.zoning import Side, Stand, alarm_at, leaning_due, settle, side_of, step

BATCH = 200
CATCH_UP = timedelta(seconds=60)
CHANGES = ["side", "since", "seen_at", "leaning_since", "alarm_at", "due_at"]

log = logging.getLogger(__name__)

# Of a link: whether its holder has zones that are watched.
ANY = Exists(Zone.objects.filter(elder=OuterRef("elder"), active=True))


def of_note(history: Iterable[Entry]) -> dict[int, list[Reading]]:
    """Device → the readings that may be judged, oldest first: those nothing speaks against."""
    found: dict[int, list[Reading]] = {}
    for entry in history:
        if entry.reading.sound and entry.doubt not in (doubts.JUMP, doubts.SWAPPED):
            found.setdefault(entry.device_id, []).append(entry.reading)
    for readings in found.values():
        readings.sort(key=lambda said: said.fixed_at)
    return found


def judge(said: dict[int, list[Reading]], *, now: datetime) -> None:
    """Let the zones of their holders see where these devices were."""
    with transaction.atomic():
        changed, crossings = [], []
        for stand, readings in _stands(said, now=now):
            for reading in readings:
                before = stand.side
                _advance(stand, reading, now=now)
                if before and stand.side != before:
                    crossings.append(_crossing(stand, now=now))
            if readings:
                changed.append(stand)
        ZoneStand.objects.bulk_update([row for row in changed if row.pk], CHANGES)
        ZoneStand.objects.bulk_create(
            [row for row in changed if not row.pk],
            update_conflicts=True,
            unique_fields=["device", "zone"],
            update_fields=CHANGES,
        )
        ZoneCrossing.objects.bulk_create(crossings)
    for device_id in {stand.device_id for stand in changed if stand.due_at and stand.due_at <= now}:
        fire_due(now=now, device_id=device_id)
    _ask_again({stand.device_id for stand in changed if stand.leaning_since}, now=now)


def fire_due(*, now: datetime, device_id: int | None = None) -> int:
    """Believes lone fixes and raises alarms whose time has come, each in its own transaction."""
    due = ZoneStand.objects.filter(due_at__lte=now).order_by("due_at")
    if device_id is not None:
        due = due.filter(device=device_id)
    return sum(_fired(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


class _Turn:
    """When this process looks again for what was not judged."""

    due_at: datetime | None = None


_turn = _Turn()


def sweep(*, now: datetime) -> int:
    """What `catch_up` does, once a minute."""
    if _turn.due_at is not None and now < _turn.due_at <= now + CATCH_UP:
        return 0
    _turn.due_at = now + CATCH_UP
    return catch_up(now=now)


def catch_up(*, now: datetime) -> int:
    """Judges last positions that were stored and not judged, because a process ended in between;
    how many."""
    links = DeviceLink.objects.filter(held_at(now), device=OuterRef("device"))
    behind = ZoneStand.objects.filter(
        Exists(links), device__fixed_at__gt=F("seen_at"), device__valid=True, device__clock="good"
    )
    devices = Device.objects.filter(pk__in=behind.values("device"))[:BATCH]
    for device in devices:
        last = device.positions.filter(fixed_at=device.fixed_at).first()
        if last and last.doubt not in (doubts.JUMP, doubts.SWAPPED):
            judge({device.pk: [_reading(last)]}, now=now)
    return len(devices)


def _stands(
    said: dict[int, list[Reading]], *, now: datetime
) -> Iterator[tuple[ZoneStand, list[Reading]]]:
    """How these devices stand to the zones of their holders, held, with what is news to each.

    A device is judged by whom it belongs to now, and by nothing it said before.
    """
    links = DeviceLink.objects.filter(held_at(now), device_id__among=said, elder__isnull=False)
    holders = {link.device_id: link for link in links.order_by("device_id")}
    elders = {link.elder_id for link in holders.values()}
    zones: dict[int, list[Zone]] = {}
    for zone in Zone.objects.filter(elder__in=elders, active=True).order_by("pk"):
        zones.setdefault(zone.elder_id, []).append(zone)
    rows = ZoneStand.objects.filter(device_id__among=list(holders)).order_by("pk")
    known = {
        (row.device_id, row.zone_id): row
        for row in rows.select_for_update(of=("self",), no_key=True)
    }
    for device_id, link in holders.items():
        news = [reading for reading in said[device_id] if reading.fixed_at >= link.since]
        for zone in filter(_has_shape, zones.get(link.elder_id or 0, [])):
            row = known.get((device_id, zone.pk)) or ZoneStand(device_id=device_id, zone=zone)
            row.zone = zone
            yield row, news


def _has_shape(zone: Zone) -> bool:
    """A zone that is none, written past the registers, must not keep the others from watching."""
    try:
        return bool(zone.shape.corners)
    except ValueError:
        log.error("zone %s has no shape", zone.pk)
        return False


def _advance(row: ZoneStand, said: Reading, *, now: datetime) -> None:
    says = side_of(row.zone.shape, said.lat, said.lon, said.accuracy_m)
    _become(row, step(_stand(row), says, said.fixed_at), now=now)


def _become(row: ZoneStand, stand: Stand, *, now: datetime) -> None:
    """Write down how it stands; on another side than before, when that becomes an alarm."""
    before = row.side
    row.side, row.since = str(stand.side or ""), stand.since
    row.seen_at, row.leaning_since = stand.seen_at or row.seen_at, stand.leaning_since
    if row.side != before:
        row.alarm_at = None
        if stand.side is row.zone.wrong_side and stand.since:
            rule, town = rule_of(row.zone, now=now), timezone.get_default_timezone()
            row.alarm_at = alarm_at(rule, stand.since, crossed=bool(before), town=town)
    moments = [moment for moment in (row.alarm_at, leaning_due(stand)) if moment]
    row.due_at = min(moments, default=None)


def _fired(pk: int, *, now: datetime) -> bool:
    """As `_fire`; one that fails is tried again with the next round, and keeps no other waiting."""
    try:
        return _fire(pk, now=now)
    except Exception:
        log.exception("a zone could not be looked after", extra={"stand": pk})
        return False


def _fire(pk: int, *, now: datetime) -> bool:
    """What is due of this stand; False when somebody else has done it."""
    with transaction.atomic():
        held = ZoneStand.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        row = held.select_related("device", "zone__elder").filter(pk=pk, due_at__lte=now).first()
        if row is None:
            return False
        before = row.side
        _become(row, settle(_stand(row), now=now), now=now)
        if row.side != before:
            _crossing(row, now=now).save()
        raised = row.alarm_at is not None and row.alarm_at <= now
        if raised:
            row.alarm_at = None
            row.due_at = leaning_due(_stand(row))
        hers = DeviceLink.objects.filter(held_at(now), device=row.device, elder=row.zone.elder)
        if not (row.zone.active and hers.exists()):
            row.due_at = None
            raised = False
        row.save()
        if raised:
            _raise(row, now=now)
        return True


def _raise(row: ZoneStand, *, now: datetime) -> None:
    kind = Kind.ZONE_ENTER if row.side == Side.INSIDE else Kind.ZONE_EXIT
    since = row.since.isoformat() if row.since else ""
    alarms.notice(
        row.device,
        row.zone,
        kind,
        reference=f"zone {row.zone_id} {since}",
        course=travel.course_of(row.device),
        now=now,
    )


def _stand(row: ZoneStand) -> Stand:
    side = Side(row.side) if row.side else None
    return Stand(side, row.since, row.seen_at, row.leaning_since)


def _crossing(row: ZoneStand, *, now: datetime) -> ZoneCrossing:
    return ZoneCrossing(
        device_id=row.device_id,
        zone=row.zone,
        entered=row.side == Side.INSIDE,
        at=row.since or now,
        noticed_at=now,
    )


def _reading(last: Position) -> Reading:
    return Reading(*(getattr(last, name) for name in Reading._fields))


def _ask_again(device_ids: Iterable[int], *, now: datetime) -> None:
    """One fix says that she has crossed: where the device can be told so, it looks again now."""
    for device in Device.objects.filter(pk__in=device_ids):
        if device.commands.filter(order=Order.LOCATE, expires_at__gt=now).exists():
            continue
        with suppress(TrackingError):
            commands.ask(device, Order.LOCATE, by=None, now=now)
