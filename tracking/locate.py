"""Where an elder is, as well as anybody can know: how sure, how old, and on whose word."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from elders import selectors
from elders.models import Elder
from tracking import addresses, doubts, geo, hints, travel, weighing, wording
from tracking.devices import held_at
from tracking.models import Clock, Device, DeviceLink, Reading
from tracking.weighing import APART_M, FRESH_S, STALE_S, Confidence, Sighting

HOME_ACCURACY_M = 50.0
VISIT_ACCURACY_M = 50.0


class Source(StrEnum):
    """On whose word: a device's fix, what a service made of the cells or Wi-Fi that it hears,
    somebody of ours who was with her, the fixed line she calls from, or her registered home."""

    DEVICE = "device"
    CELL = "cell"
    WIFI = "wifi"
    VISIT = "visit"
    LINE = "line"
    HOME = "home"


MEASURED = frozenset({Source.DEVICE, Source.CELL, Source.WIFI, Source.VISIT})


@dataclass(frozen=True, slots=True)
class Estimate:
    """The best answer. `fixed_at` and `age_s` are None where nothing was measured.

    `course` is where she was going then, in degrees from north; None where she stayed or nobody
    knows. `alternative` stands beside it when the fix and the home are too far apart for a machine
    to choose; then both are shown, and a person decides.
    """

    elder: Elder
    lat: float
    lon: float
    accuracy_m: float | None
    fixed_at: datetime | None
    age_s: float | None
    source: Source
    confidence: Confidence
    alternative: "Estimate | None" = None
    course: float | None = None

    @property
    def is_last_known(self) -> bool:
        """Whether the fix is too old to be where she is now."""
        return self.age_s is not None and self.age_s > FRESH_S

    @property
    def is_measured(self) -> bool:
        """Whether somebody or something was there, and the place is not only registered."""
        return self.source in MEASURED

    @property
    def address(self) -> str:
        """What is there, in the language in use: "near 12 Willow Lane, Chengxi"; "" if unknown."""
        return addresses.near(self.lat, self.lon)

    @property
    def text(self) -> str:
        """The sentence an operator reads out, in the language in use."""
        return wording.sentence(self)


class Seen(NamedTuple):
    """A sighting, and on whose word. `device` is the one that had the fix."""

    sighting: Sighting
    source: Source
    device: Device | None = None


def best_location(
    elder: Elder, *, now: datetime, calling_from: str = "", visit: Sighting | None = None
) -> Estimate | None:
    """The best estimate; None when nothing has a place and no home is registered.

    `calling_from` is the number she is on the telephone with, if she is: her own fixed line says
    that she is at home. `visit` is where somebody of ours was with her last, and until when.
    """
    at_home = home(elder)
    if at_home is not None:
        at_home = _on_her_line(at_home, calling_from, now=now)
    seen = [*_by_devices(elder, now=now), *([Seen(visit, Source.VISIT)] if visit else [])]
    if not seen:
        return at_home
    best = min(seen, key=lambda one: one.sighting.doubt_m(now=now))
    fix = _estimate(elder, best, now=now)
    return _choose(fix, at_home) if at_home else fix


def home(elder: Elder) -> Estimate | None:
    """Her registered home, as an estimate that nothing has confirmed; None without one."""
    if elder.lat is None or elder.lon is None:
        return None
    return Estimate(
        elder=elder,
        lat=elder.lat,
        lon=elder.lon,
        accuracy_m=HOME_ACCURACY_M,
        fixed_at=None,
        age_s=None,
        source=Source.HOME,
        confidence=Confidence.LOW,
    )


def _choose(fix: Estimate, at_home: Estimate) -> Estimate:
    """A fix before the home address, unless it is stale or she is on the telephone at home."""
    apart = geo.distance_m(fix.lat, fix.lon, at_home.lat, at_home.lon) > APART_M
    if at_home.source is Source.HOME and (fix.age_s or 0) <= STALE_S:
        return replace(fix, alternative=at_home if apart else None)
    if at_home.source is Source.LINE:
        sure = Confidence.MEDIUM if apart and not fix.is_last_known else Confidence.HIGH
    else:
        sure = Confidence.LOW if apart else Confidence.MEDIUM
    return replace(at_home, alternative=fix if apart else None, confidence=sure)


def _by_devices(elder: Elder, *, now: datetime) -> Iterator[Seen]:
    """The last fixes of the devices she holds, and places by what they hear, since she holds
    them."""
    links = DeviceLink.objects.filter(held_at(now), elder=elder).select_related("device")
    lately = now - timedelta(seconds=STALE_S)
    places = hints.latest([link.device_id for link in links], since=lately)
    for link in links:
        device = link.device
        if device.fixed_at and device.fixed_at >= link.since and device.lat is not None:
            sound = device.valid and device.clock == Clock.GOOD and not _leapt(device)
            yield Seen(_sighting(device, sound=sound), Source.DEVICE, device)
        heard = places.get(device.pk)
        if heard and heard.fixed_at and heard.fixed_at >= link.since:
            yield Seen(_sighting(heard, sound=True), Source(heard.source))


def _leapt(device: Device) -> bool:
    """Whether its last fix is one that nobody may have travelled to: shown, and not believed."""
    here = {"fixed_at": device.fixed_at, "lat": device.lat, "lon": device.lon}
    return device.positions.filter(doubt__in=(doubts.JUMP, doubts.SWAPPED), **here).exists()


def _sighting(row: Reading, *, sound: bool) -> Sighting:
    assert row.lat is not None and row.lon is not None and row.fixed_at  # noqa: S101, PT018
    return Sighting(row.lat, row.lon, row.accuracy_m, row.fixed_at, sound)


def _estimate(elder: Elder, seen: Seen, *, now: datetime) -> Estimate:
    """Nobody vouches for what a service made of cells or Wi-Fi: it is never of high confidence."""
    fix = seen.sighting
    sure = weighing.confidence(fix, now=now)
    if seen.source in (Source.CELL, Source.WIFI) and sure is Confidence.HIGH:
        sure = Confidence.MEDIUM
    return Estimate(
        elder=elder,
        lat=fix.lat,
        lon=fix.lon,
        accuracy_m=fix.accuracy_m,
        fixed_at=fix.fixed_at,
        age_s=fix.age_s(now=now),
        source=seen.source,
        confidence=sure,
        course=travel.course_of(seen.device) if seen.device else None,
    )


def _on_her_line(home: Estimate, calling_from: str, *, now: datetime) -> Estimate:
    """Her home, made sure by a call from her own verified fixed line."""
    if not _is_fixed_line(calling_from):
        return home
    callers = selectors.callers(calling_from, now=now)
    if not any(caller.elder == home.elder and caller.verified for caller in callers):
        return home
    return replace(home, source=Source.LINE, confidence=Confidence.HIGH, fixed_at=now, age_s=0.0)


def _is_fixed_line(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) == PhoneNumberType.FIXED_LINE
