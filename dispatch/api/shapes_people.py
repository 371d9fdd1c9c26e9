"""What goes out about people, telephones and devices; see `shapes`."""

from datetime import date, datetime

from typing_extensions import TypedDict

from dispatch.api.shapes import Named


class PartyShape(TypedDict):
    """Somebody in a conversation beside the caller; without `joined_at` they are being rung.
    `mode`: who listens is heard by nobody, who whispers by the operator alone."""

    id: int
    kind: str
    mode: str
    user: Named | None
    name: str
    number: str
    asked_at: datetime
    joined_at: datetime | None


# "from" is a word of the language, hence this form.
CallShape = TypedDict(
    "CallShape",
    {
        "id": int,
        "state": str,
        "direction": str,
        "purpose": str,
        "priority": str,
        "carrier": str,
        "from": str,
        "to": str,
        "elder": Named | None,
        "operator": Named | None,
        "request": int | None,
        "opened_at": datetime,
        "queued_at": datetime | None,
        "answered_at": datetime | None,
        "held_at": datetime | None,
        "ended_at": datetime | None,
        "disposition": str,
        "parties": list[PartyShape],
    },
)


class CallBackShape(TypedDict):
    """Somebody to ring; it stays until `reached_at`."""

    id: int
    number: str
    reason: str
    priority: str
    call: int | None
    elder: Named | None
    opened_at: datetime
    due_at: datetime
    attempts: int
    reached_at: datetime | None
    reached_by: Named | None
    outcome: str


class ElderName(Named):
    """All that a list tells of an elder."""

    status: str
    grid: str | None


class PlanShape(TypedDict):
    """What was agreed with her for an emergency."""

    ring_contacts: bool
    send_responder: bool
    call_ambulance: str
    notes: str


class ElderShape(ElderName):
    """What is hidden from the caller is null; only the desk, and whom she lets, see health."""

    born: date | None
    sex: str | None
    language: str | None
    dialect: str | None
    address: str | None
    address_zh: str | None
    phones: list[str] | None
    hearing: str | None
    lives_alone: bool | None
    has_lift: bool | None
    access_notes: str | None
    requirements: list[str] | None
    address_risk: str | None
    door_code: str | None
    health_summary: str | None
    safeguarding: bool | None
    plan: PlanShape | None
    housemates: list[Named] | None


class ContactShape(Named):
    order: int
    phone: str
    relation: str
    holds_key: bool
    agreed: bool
    barred: bool


class AccessShape(TypedDict):
    """One entry of the ledger: who looked at what."""

    id: int
    at: datetime
    by: str | None
    what: str
    purpose: str


class PositionShape(TypedDict):
    lat: float
    lon: float
    fixed_at: datetime
    received_at: datetime
    accuracy_m: float | None
    speed_mps: float | None
    course: float | None
    valid: bool
    source: str


class SpotShape(TypedDict):
    lat: float
    lon: float


class TrackPointShape(PositionShape):
    """`doubt`: what speaks against it, "" for nothing. `shown`: where a smoothed line to look at
    passes, null where it leaves this point out; never a ground for a decision."""

    clock: str
    doubt: str
    shown: SpotShape | None


class AlarmShape(TypedDict):
    """`request`: the case it opened or joined, if the caller may see it."""

    id: int
    kind: str
    kinds: list[str]
    at: datetime
    request: int | None


class DeviceShape(TypedDict):
    device_id: str
    protocol: str
    name: str
    registered: bool
    elder: Named | None
    worker: Named | None
    last_heard_at: datetime | None
    battery: int | None
    position: PositionShape | None
    alarms: list[AlarmShape]


class CommandShape(TypedDict):
    """`state`: queued, sent, acknowledged, failed, expired."""

    id: int
    order: str
    argument: str
    state: str
    by: str | None
    asked_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    answer: str


class CategoryShape(TypedDict):
    code: str
    name: str
    name_zh: str
    icon: str
    hotline_digit: str | None


class Satisfaction(TypedDict):
    """What elders said after visits: the mean of their answers, 1 to 5, and of how many visits."""

    visits: int
    score: float | None


class ProviderShape(Named):
    satisfaction: Satisfaction
    phone: str
    active: bool
    rating: float | None
    categories: list[str]


class ServiceShape(Named):
    provider: int
    category: str
    price_cents: int
    subsidy_cents: int
    active: bool


class WorkerPlace(TypedDict):
    lat: float
    lon: float
    at: datetime
    accuracy_m: float | None


class WorkerShape(Named):
    """`phone` and `position` for the desk, the provider and the worker alone."""

    satisfaction: Satisfaction
    provider: Named
    categories: list[str]
    languages: list[str]
    skills: list[str]
    on_duty: bool
    free: int
    capacity: int
    mode: str
    rating: float | None
    phone: str | None
    position: WorkerPlace | None
