"""Positions: what devices say of themselves becomes their last positions and their history."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from providers import duty
from tracking import datums, doubts, geo, hints, rows, weighing, zones
from tracking.clocks import clock_at
from tracking.doubts import Point
from tracking.flow import alarm_flow
from tracking.messages import Fix, Message
from tracking.models import Clock, Datum, Device, Hint, Protocol
from tracking.rows import Entry, News, Reading
from tracking.speakers import Known
from tracking.weighing import Rank


class Spoken(NamedTuple):
    """One message of a device, received at `at`."""

    device: Known
    message: Message
    protocol: Protocol
    at: datetime


def hear(spoken: Sequence[Spoken], *, now: datetime) -> None:
    """Take in all that the messages say but their alarms.

    In a transaction that holds the devices. Safe to repeat: the same fix is kept once.
    """
    news: dict[int, News] = {}
    history: list[Entry] = []
    cells: dict[int, str] = {}
    for device, message, protocol, at in spoken:
        about = news.setdefault(device.pk, News(device.pk, at))
        about.heard_at = max(about.heard_at, at)
        about.battery = about.battery if message.battery is None else message.battery
        about.charging = about.charging if message.charging is None else message.charging
        if message.cells and (cell := _cell(message)) != device.cell:
            cells[device.pk] = cell
        if message.fix:
            said = reading(message.fix, datum=device.datum_in, protocol=protocol, now=at)
            swapped = geo.is_swapped(message.fix.lat, message.fix.lon)
            doubt = doubts.SWAPPED if swapped else _doubt(said, about, device)
            history.append(Entry(device.pk, said, message.battery, doubt))
            if _displaces(said, about.last, device):
                about.last = said
    rows.write(history, list(news.values()), now=now)
    heard = [hint for one in spoken if (hint := hints.of(one.message, one.device.pk, now=one.at))]
    if heard:
        Hint.objects.bulk_create(heard)
    for pk, cell in cells.items():  # few: who sits at home stays in the same one
        Device.objects.filter(pk=pk).update(cell=cell)
    talking = {one.device.pk: one.device for one in spoken}
    moved = [(talking[pk], about.last) for pk, about in news.items() if about.last]
    if moved and (watched := _take_holders_along(moved, now=now)):
        of_note = zones.of_note(entry for entry in history if entry.device_id in watched)
        transaction.on_commit(partial(zones.judge, of_note, now=now), robust=True)


def reading(fix: Fix, *, datum: str, protocol: Protocol, now: datetime) -> Reading:
    """What is kept of a fix received now, in WGS-84; one without a time was made now.

    What it was measured in is what the frame itself says, or else the register (`datum`), or else
    what the protocol is set to.
    """
    fixed_at = fix.fixed_at or now
    datum_in = fix.datum or (
        datum if datum != Datum.WGS84 else settings.DATUMS.get(protocol, datum)
    )
    swapped = geo.is_swapped(fix.lat, fix.lon)
    lat, lon = (fix.lon, fix.lat) if swapped else (fix.lat, fix.lon)
    if datum_in != Datum.WGS84:
        lat, lon = datums.to_wgs84(lat, lon, datum_in)
    return Reading(
        lat=lat,
        lon=lon,
        accuracy_m=fix.accuracy_m,
        altitude_m=fix.altitude_m,
        speed_mps=fix.speed_mps,
        course=fix.course,
        valid=fix.valid,
        fixed_at=fixed_at,
        received_at=now,
        clock=str(clock_at(fixed_at, now=now)),
        source=str(protocol),
        datum_in=datum_in,
    )


def _displaces(said: Reading, last: Reading | None, device: Known) -> bool:
    """Whether this is the last position: the newest by plausible device time, not by arrival."""
    if last:
        return _rank(said) > _rank(last)
    if device.fixed_at is None or device.lat is None or device.lon is None:
        return True
    sound = device.valid and device.clock == Clock.GOOD
    return _rank(said) > weighing.rank(device.fixed_at, device.lat, device.lon, sound=sound)


def _doubt(said: Reading, about: News, device: Known) -> str:
    """What speaks against the fix, seen from the last sound one."""
    if not said.sound:
        return ""
    before = None
    if about.last and about.last.sound:
        before = _point(about.last)
    elif device.fixed_at and device.lat is not None and device.lon is not None and device.valid:
        before = Point(device.lat, device.lon, device.fixed_at)
    return doubts.doubt(_point(said), before, received_at=said.received_at)


def _cell(message: Message) -> str:
    """The cell that serves the device, as `Device.cell` keeps it."""
    serving = message.cells[0]
    return f"{serving.mcc}-{serving.mnc:02}-{serving.lac}-{serving.cid}"[:40]


def _point(said: Reading) -> Point:
    return Point(said.lat, said.lon, said.fixed_at, said.accuracy_m)


def _rank(said: Reading) -> Rank:
    return weighing.rank(said.believed_at, said.lat, said.lon, sound=said.sound)


def _take_holders_along(moved: Sequence[tuple[Known, Reading]], *, now: datetime) -> set[int]:
    """Workers go where the device is that they held at the time, if that is sure; and after the
    commit the flow is told whose devices have moved. Answers with those whose holder has zones:
    known here, a batch without any costs nothing more."""
    elders, workers, watched, moves = set[int](), set[int](), set[int](), []
    for device, said in moved:
        for since, until, elder_id, worker_id, has_zones in device.holders:
            if until is None:
                elders |= {elder_id} if elder_id else set()
                workers |= {worker_id} if worker_id else set()
                watched |= {device.pk} if has_zones else set()
            held = since <= said.believed_at and (until is None or said.believed_at < until)
            if worker_id and held and said.sound:
                place = duty.Move(worker_id, said.lat, said.lon, said.accuracy_m, said.believed_at)
                moves.append(place)
    if moves:
        duty.move(moves, now=now)
    tell = partial(alarm_flow().moved, elders, workers, now=now)
    transaction.on_commit(tell, robust=True)
    return watched
