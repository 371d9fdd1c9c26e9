"""Where an elder is, as well as anybody can know: how sure, how old, and on whose word."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import phonenumbers
from django.db.models import F
from phonenumbers import PhoneNumberType

from elders import selectors
from elders.models import Elder
from tracking import geo, travel, weighing, wording
from tracking.devices import held_at
from tracking.models import Clock, Device, DeviceLink
from tracking.weighing import APART_M, FRESH_S, STALE_S, Confidence, Sighting

HOME_ACCURACY_M = 50.0


class Source(StrEnum):
    """On whose word: a device's fix, the fixed line she calls from, or her registered home."""

    DEVICE = "device"
    LINE = "line"
    HOME = "home"


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
    def text(self) -> str:
        """The sentence an operator reads out, in the language in use."""
        return wording.sentence(self)


def best_location(elder: Elder, *, now: datetime, calling_from: str = "") -> Estimate | None:
    """The best estimate; None when no device of hers has a place and no home is registered.

    `calling_from` is the number she is on the telephone with, if she is: her own fixed line says
    that she is at home.
    """
    at_home = home(elder)
    if at_home is not None:
        at_home = _on_her_line(at_home, calling_from, now=now)
    seen = dict(_sightings(elder, now=now))
    best = weighing.best(seen, now=now)
    if best is None:
        return at_home
    fix = _by_device(elder, best, course=travel.course_of(seen[best]), now=now)
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


def _sightings(elder: Elder, *, now: datetime) -> list[tuple[Sighting, Device]]:
    """The last positions of the devices she holds, made since she holds them."""
    links = DeviceLink.objects.filter(
        held_at(now), elder=elder, device__lat__isnull=False, device__fixed_at__gte=F("since")
    ).select_related("device")
    return [
        (
            Sighting(
                lat=device.lat,
                lon=device.lon,
                accuracy_m=device.accuracy_m,
                fixed_at=device.fixed_at,
                sound=device.valid and device.clock == Clock.GOOD,
            ),
            device,
        )
        for device in (link.device for link in links)
        if device.lat is not None and device.lon is not None and device.fixed_at
    ]


def _by_device(elder: Elder, seen: Sighting, *, course: float | None, now: datetime) -> Estimate:
    return Estimate(
        elder=elder,
        lat=seen.lat,
        lon=seen.lon,
        accuracy_m=seen.accuracy_m,
        fixed_at=seen.fixed_at,
        age_s=seen.age_s(now=now),
        source=Source.DEVICE,
        confidence=weighing.confidence(seen, now=now),
        course=course,
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
