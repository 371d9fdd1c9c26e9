"""How much a sighting is worth: its error, its age, and whether the device vouched for it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FRESH_S = 600  # DESIGN §7: an older fix is only the last known
STALE_S = 12 * 3600  # older than this, home is the better guess
APART_M = 300  # DESIGN §7: a fix and home further apart than this are both shown

WALK_MPS = 1.4
UNKNOWN_ACCURACY_M = 200.0
UNSOUND_M = 1000.0


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A fix to be weighed. `sound`: valid, and dated by a clock one can believe."""

    lat: float
    lon: float
    accuracy_m: float | None
    fixed_at: datetime
    sound: bool = True

    def age_s(self, *, now: datetime) -> float:
        """Seconds since the fix; a clock slightly ahead of ours makes it brand new."""
        return max(0.0, (now - self.fixed_at).total_seconds())

    def doubt_m(self, *, now: datetime) -> float:
        """How far off she may be by now: the error of the fix and what one walks since."""
        accuracy_m = UNKNOWN_ACCURACY_M if self.accuracy_m is None else self.accuracy_m
        return accuracy_m + WALK_MPS * self.age_s(now=now) + (0 if self.sound else UNSOUND_M)


Rank = tuple[datetime, bool, float, float]


def rank(fixed_at: datetime, lat: float, lon: float, *, sound: bool) -> Rank:
    """By which the last of a device's fixes is chosen: the greatest, in whatever order they come.

    The newest; a doubtful one counts as `FRESH_S` older than it says, so that it never displaces a
    sound one that is fresh. The rest only makes the choice between equals a choice.
    """
    counts_from = fixed_at if sound else fixed_at - timedelta(seconds=FRESH_S)
    return counts_from, sound, lat, lon


def confidence(sighting: Sighting, *, now: datetime) -> Confidence:
    """High: fresh, sound and within a house block; low: old, doubtful or very coarse."""
    if not sighting.sound or sighting.age_s(now=now) > FRESH_S:
        return Confidence.LOW
    if sighting.accuracy_m is not None and sighting.accuracy_m <= 100:
        return Confidence.HIGH
    coarse = sighting.accuracy_m is not None and sighting.accuracy_m > 1000
    return Confidence.LOW if coarse else Confidence.MEDIUM
