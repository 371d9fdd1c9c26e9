"""Who is best among those who can go, and why: pure, deterministic, every point explained.

The score is in points, higher is better. Travel weighs most and the more the more urgent it is;
everything else is worth a few minutes of travel, so that a known face may come from two streets
further, but never from across the town. Ties go to the lower worker id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from providers.need import Candidate, Need

# Door to door in a town, in metres a second: 4.3, 15 and 18 km/h with lights, lifts and parking.
SPEED_MPS = {"foot": 1.2, "ebike": 4.2, "car": 5.0}
DETOUR = 1.3  # streets over the straight line; 1.2-1.4 is usual in gridded towns
SET_OFF_S = 120

POINTS_A_MINUTE = {"routine": 1.0, "urgent": 2.0, "emergency": 5.0}
VISIT_POINTS, MOST_VISITS = 2.0, 3
LANGUAGE_POINTS = 4.0
RATING_POINTS = 1.0  # a star above or below 4
SUBSIDY_POINTS = 1.0
# Left to pay, routine only: a point for every 20 yuan, so that money never outweighs five minutes.
CENTS_A_POINT, MOST_PRICE_POINTS = 2000, 5.0
STALE_S = 900
STALE_POINTS = -3.0


class Why(StrEnum):
    TRAVEL = "travel"  # params: minutes
    KNOWN = "known"  # params: visits
    LANGUAGE = "language"  # params: language
    RATING = "rating"  # params: rating
    SUBSIDY = "subsidy"
    PRICE = "price"  # params: cents, what the elder pays herself
    STALE = "stale"  # where they are was heard long ago


@dataclass(frozen=True, slots=True)
class Reason:
    """Why points were given or taken."""

    code: Why
    points: float
    params: dict[str, str | int | float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {"code": str(self.code), "points": self.points, "params": self.params}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the score, the way in seconds and metres, and the reasons."""

    candidate: Candidate
    score: float
    eta_s: float
    distance_m: float
    reasons: tuple[Reason, ...]


def rank(need: Need, candidates: Sequence[Candidate], *, now: datetime) -> list[Ranked]:
    """Best first. The same candidates give the same order, whatever order they come in."""
    ranked = [_weigh(need, candidate, now=now) for candidate in candidates]
    return sorted(ranked, key=lambda each: (-each.score, each.candidate.worker_id))


def eta_s(distance_m: float, mode: str) -> float:
    """Seconds for `distance_m` as the crow flies, without setting off."""
    return distance_m * DETOUR / SPEED_MPS.get(mode, SPEED_MPS["ebike"])


def _weigh(need: Need, candidate: Candidate, *, now: datetime) -> Ranked:
    travel_s = SET_OFF_S + eta_s(candidate.distance_m, candidate.mode)
    reasons = tuple(_reasons(need, candidate, travel_s, now=now))
    score = round(sum(reason.points for reason in reasons), 2)
    return Ranked(candidate, score, travel_s, candidate.distance_m, reasons)


def _reasons(need: Need, candidate: Candidate, travel_s: float, *, now: datetime) -> list[Reason]:
    minutes = travel_s / 60
    a_minute = POINTS_A_MINUTE.get(need.priority, POINTS_A_MINUTE["routine"])
    reasons = [Reason(Why.TRAVEL, round(-minutes * a_minute, 2), {"minutes": round(minutes)})]
    visits = min(need.visits.get(candidate.worker_id, 0), MOST_VISITS)
    if visits:
        reasons.append(Reason(Why.KNOWN, visits * VISIT_POINTS, {"visits": visits}))
    if need.language and need.language in candidate.languages:
        reasons.append(Reason(Why.LANGUAGE, LANGUAGE_POINTS, {"language": need.language}))
    if candidate.rating is not None:
        points = round((candidate.rating - 4) * RATING_POINTS, 2)
        reasons.append(Reason(Why.RATING, points, {"rating": candidate.rating}))
    if need.priority == "routine":
        reasons += _money(candidate)
    heard = candidate.position_at
    if heard is not None and (now - heard).total_seconds() > STALE_S:
        reasons.append(Reason(Why.STALE, STALE_POINTS))
    return reasons


def _money(candidate: Candidate) -> list[Reason]:
    reasons = []
    if candidate.subsidy_cents:
        reasons.append(Reason(Why.SUBSIDY, SUBSIDY_POINTS))
    own_cents = (candidate.price_cents or 0) - candidate.subsidy_cents
    if own_cents > 0:
        points = -min(round(own_cents / CENTS_A_POINT, 2), MOST_PRICE_POINTS)
        reasons.append(Reason(Why.PRICE, points, {"cents": own_cents}))
    return reasons
