"""What goes out, as the contract names it. More may stand here than there, never less.

Instants are UTC, distances metres, times seconds, places WGS-84 degrees. Where a caller may not
see something it is null or an empty list, never left out.
"""

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict


class Refusal(TypedDict):
    """`fields`: what to mend, and why. More stands beside it where it helps (`seq`, `by`)."""

    code: str
    message: str
    fields: dict[str, str]


class ErrorShape(TypedDict):
    error: Refusal


class Named(TypedDict):
    """A person or an organisation, in both scripts."""

    id: int
    name: str
    name_zh: str


class WorkerName(Named):
    phone: str | None


class Actor(TypedDict):
    """Who did it; a hidden name is empty."""

    kind: str
    id: int | None
    name: str


class EstimateShape(TypedDict):
    """Where to go. `course` is the direction of travel in degrees from north; `alternative`
    stands beside it when a person must choose."""

    lat: float
    lon: float
    accuracy_m: float | None
    age_s: int | None
    source: str
    confidence: str
    text: str
    course: float | None
    alternative: dict[str, Any] | None


class ReasonShape(TypedDict):
    code: str
    text: str
    points: float


class ExclusionShape(TypedDict):
    """A worker near by who cannot be sent, and why not."""

    worker: Named
    code: str
    text: str


class OfferShape(TypedDict):
    id: int
    request: int
    state: str
    role: str
    rank: int
    score: float
    eta_s: int
    distance_m: int
    worker: WorkerName
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    reasons: list[ReasonShape]


class AssignmentShape(TypedDict):
    """`eta_s` is null when the worker's position is more than three minutes old."""

    id: int
    request: int
    role: str
    state: str
    worker: WorkerName
    assigned_at: datetime
    en_route_at: datetime | None
    on_scene_at: datetime | None
    cleared_at: datetime | None
    eta_s: int | None
    distance_m: int | None
    fix_age_s: int | None


class HandoverShape(TypedDict):
    """`by`: the name of the operator who told the other service."""

    id: int
    service: str
    number: str
    at: datetime
    by: str
    reference: str
    outcome: str
    ended_at: datetime | None


class DeadlineShape(TypedDict):
    kind: str
    due_at: datetime


class OwnerShape(TypedDict):
    """Who must act next: an operator, worker, elder, the dispatcher or the whole desk."""

    kind: str
    id: int | None
    name: str


class RequestShape(TypedDict):
    id: int
    number: str
    state: str
    priority: str
    category: str
    elder: Named | None
    also: list[Named]
    known_as: str
    area: str
    source: str
    note: str
    opened_at: datetime
    closed_at: datetime | None
    owner: OwnerShape
    estimate: EstimateShape | None
    offers: list[OfferShape]
    exclusions: list[ExclusionShape]
    assignments: list[AssignmentShape]
    handovers: list[HandoverShape]
    deadlines: list[DeadlineShape]
    disposition: str
    reason: str
    seq: int


class EventShape(TypedDict):
    seq: int
    kind: str
    at: datetime
    by: Actor
    data: dict[str, Any]


class EventsShape(TypedDict):
    """`seq` is the last one there is; ask again with `after` of it."""

    events: list[EventShape]
    seq: int


class CandidateShape(TypedDict):
    worker: WorkerName
    rank: int
    score: float
    eta_s: int
    distance_m: int
    reasons: list[ReasonShape]


class CandidatesShape(TypedDict):
    """The ranking of this moment; `seq` goes with an offer that is made from it."""

    items: list[CandidateShape]
    next: None
    exclusions: list[ExclusionShape]
    seq: int
