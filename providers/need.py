"""What is asked for and what is answered, as reach, ranking and their callers say it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Help wanted at a place.

    `lat` and `lon` are WGS-84 degrees. `grid` is the elder's grid code, "" when unknown: then
    no service area shuts anybody out. `requirements` are the elder's codes: `female_carer` and
    `male_carer`, and any other must be among the worker's skills. `tried` are workers asked
    before for this request. `visits` counts earlier visits by worker id. `priority`, `language`
    and `visits` only weigh in the ranking; the rest shuts out.
    """

    category: str
    lat: float
    lon: float
    grid: str = ""
    priority: str = "routine"
    language: str = ""
    requirements: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    blocked_workers: frozenset[int] = frozenset()
    blocked_providers: frozenset[int] = frozenset()
    tried: frozenset[int] = frozenset()
    visits: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A worker who may be sent. `position_at` is None when the provider's place stands in."""

    worker_id: int
    provider_id: int
    name: str
    name_zh: str
    phone: str
    reach_by: str
    mode: str
    lat: float
    lon: float
    position_at: datetime | None
    distance_m: float
    languages: tuple[str, ...] = ()
    rating: float | None = None
    price_cents: int | None = None
    subsidy_cents: int = 0


class Code(StrEnum):
    """Why a worker was passed over, in the order in which the reasons are looked for."""

    INACTIVE = "inactive"  # the provider is closed down
    OFF_DUTY = "off_duty"
    BUSY = "busy"
    TRIED = "tried"
    BLOCKED_WORKER = "blocked_worker"
    BLOCKED_PROVIDER = "blocked_provider"
    REQUIREMENT = "requirement"  # params: requirement
    SKILL = "skill"  # params: skill
    NOT_OFFERED = "not_offered"  # every service of the provider in this category is switched off
    NO_LICENCE = "no_licence"
    CLOSED = "closed"
    OFF_SHIFT = "off_shift"
    OUTSIDE_AREA = "outside_area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A worker nearer than the last candidate, or among the nearest, and why not."""

    worker_id: int
    name: str
    name_zh: str
    code: Code
    distance_m: float
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reach:
    """Candidates and exclusions, each nearest first, ties by worker id."""

    candidates: list[Candidate]
    excluded: list[Exclusion]
