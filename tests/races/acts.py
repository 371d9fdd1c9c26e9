"""What the hands do, and what is read afterwards; all of it travels between processes."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, F, Q
from django.test import Client

from dispatch import (
    calling,
    deadlines,
    desk,
    intake,
    offers,
    ownership,
    questions,
    selectors,
    substitutes,
    transitions,
)
from dispatch.actors import SYSTEM, Actor
from dispatch.models import (
    Assignment,
    CheckIn,
    CheckInPlan,
    Event,
    IdempotencyKey,
    Offer,
    ServiceRequest,
)
from dispatch.states import ACTIVE_ASSIGNMENTS, Kind, Priority
from elders import roles, tokens
from elders.models import Elder, Line, LineHolder, User
from elders.roles import Role
from providers import categories
from providers.models import Worker, WorkerCategory
from telephony import inbound, outbound
from telephony.models import Call, OutboundJob, SimulatorItem
from tests import cast
from tracking import devices, reception
from tracking.messages import Fix, Message
from tracking.models import Alarm, Device, Position, Protocol
from tracking.protocols import osmand

NOW = datetime(2026, 3, 10, 1, 30, tzinfo=UTC)
CALLER = Actor("caller", None, "an elder")
WORKER = Actor("worker", None, "a worker")
KEPT = {"django_migrations", "django_content_type", "auth_permission", "auth_group"}


def empty() -> None:
    """Forgets everything but what migrations made."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    names = ", ".join(f'"{table}"' for table in sorted(tables - KEPT))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    categories.ensure()
    questions.ensure()


# --- the town --------------------------------------------------------------------------------


def elders(count: int) -> list[int]:
    """`count` elders along a street of half a kilometre, each with a verified number."""
    grid = cast.willow_lane()
    rows = Elder.objects.bulk_create(
        Elder(
            name=f"Elder {n}",
            name_zh=f"老人{n}",
            lat=30.27 + 0.005 * n / count,
            lon=120.15,
            grid=grid,
        )
        for n in range(count)
    )
    lines = Line.objects.bulk_create(Line(number=f"+86138{n:08d}") for n in range(count))
    LineHolder.objects.bulk_create(
        LineHolder(line=line, elder=elder, verified_at=cast.BEFORE)
        for line, elder in zip(lines, rows, strict=True)
    )
    return [row.pk for row in rows]


def workers(count: int, capacity: int, category: str = "catering") -> list[int]:
    """`count` workers on duty along the same street."""
    kitchen = cast.sunrise_kitchen()
    rows = Worker.objects.bulk_create(
        Worker(
            provider=kitchen,
            name=f"Worker {n}",
            name_zh=f"工{n}",
            phone=f"+86139{n:08d}",
            sex="female",
            on_duty=True,
            capacity=capacity,
            free=capacity,
            lat=30.27 + 0.005 * n / count,
            lon=120.1505,
            position_at=cast.BEFORE,
        )
        for n in range(count)
    )
    WorkerCategory.objects.bulk_create(
        WorkerCategory(worker=row, category_id=category) for row in rows
    )
    return [row.pk for row in rows]


def requests(count: int, priority: str = "routine", category: str = "catering") -> list[int]:
    """One request of each of `count` elders; nobody has been asked yet."""
    return [
        intake.open_request(
            elder=elder,
            category=category,
            priority=Priority(priority),
            source="call",
            by=CALLER,
            now=NOW,
        ).pk
        for elder in Elder.objects.filter(pk__in=elders(count)).order_by("pk")
    ]


def calls_and_operators(count: int) -> tuple[list[int], list[int]]:
    """`count` callers in the queue, and two operators."""
    elders(count)
    calls = [
        inbound.incoming(
            "simulator", f"leg-{n}", from_number=f"+86138{n:08d}", to_number="12349", now=NOW
        ).call
        for n in range(count)
    ]
    return [call for call in calls if call], [cast.olive().pk, cast.sol().pk]


def two_watches_each(count: int) -> list[int]:
    """`count` elders, each with the devices `<id>-a` and `<id>-b`."""
    ids = elders(count)
    for elder in Elder.objects.filter(pk__in=ids):
        for side in "ab":
            device = Device.objects.create(device_id=f"{elder.pk}-{side}")
            devices.link(device, elder=elder, now=cast.BEFORE)
    return ids


def operator_token() -> str:
    user = cast.olive()
    roles.grant(user, Role.OPERATOR)
    return tokens.issue(user, "race", now=datetime.now(UTC))


# --- what the hands do -----------------------------------------------------------------------


def make_next(request_id: int) -> int:
    return len(offers.make_next(request_id, now=NOW))


def sweep(now: datetime) -> int:
    return deadlines.fire_due(now=now)


def deliver(now: datetime) -> int:
    return outbound.deliver_due(now=now)


def accept(offer_id: int) -> int:
    return offers.accept(offer_id, by=WORKER, now=NOW).pk


def hand_over(assignment_id: int, worker_id: int) -> int:
    return substitutes.hand_over(assignment_id, worker_id, by=WORKER, now=NOW).pk


def either(offer_id: int, worker_id: int, own: int) -> int:
    """The worker who was asked accepts (`own`), or the house sends `worker_id`."""
    if own:
        return accept(offer_id)
    return substitutes.answer(offer_id, worker_id, by=WORKER, now=NOW).pk


def decline(offer_id: int) -> None:
    offers.decline(offer_id, by=WORKER, now=NOW)


def take(call_id: int, operator_id: int) -> int:
    return desk.take(call_id, by=User.objects.get(pk=operator_id), now=NOW).pk


def own(request_id: int, operator_id: int) -> int:
    return ownership.claim(request_id, by=User.objects.get(pk=operator_id), now=NOW).pk


def press(device_id: str) -> int:
    """The button of a device, as OsmAnd sends it."""
    messages = osmand.decode(f"id={device_id}&alarm=sos", b"", "", zone=UTC)
    return len(reception.receive(messages, sender=SENDER, now=NOW).alarms)


def press_or_sweep(device_id: str, minute: int) -> int:
    """The button of that device; for "" what is due by then is done."""
    if device_id:
        return press(device_id)
    now = NOW + timedelta(minutes=minute)
    return sweep(now) + deliver(now)


def report(ages_s: list[int], devices: int) -> int:
    """A list of fixes of so many devices, each of every age; who sends it has its own order."""
    turned = ages_s[0] % devices
    names = [f"racing-{(n + turned) % devices}" for n in range(devices)]
    said = [
        Message(name, fix=Fix(30 + age_s / 1000, 120.15, NOW - timedelta(seconds=age_s)))
        for name in names
        for age_s in ages_s
    ]
    return reception.receive(said, sender=SENDER, now=NOW).positions


def whereabouts() -> tuple[set[float | None], int]:
    """Where the devices are now, and how much history they have."""
    return set(Device.objects.values_list("lat", flat=True)), Position.objects.count()


SENDER = reception.Sender(protocol=Protocol.OSMAND, address="192.0.2.1")


def order_by_api(token: str, key: str, elder_id: int) -> tuple[int, int]:
    """(status, request id) of a POST with that idempotency key."""
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    answer = Client(headers=headers, SERVER_NAME="localhost").post(
        "/api/v1/requests",
        {"category": "catering", "elder": elder_id},
        content_type="application/json",
    )
    return answer.status_code, answer.json().get("id", 0)


def write_as_seen(request_id: int, seq: int, word: str) -> None:
    """Appends an event to the request as somebody saw it at `seq`, without holding it."""
    request = ServiceRequest.objects.get(pk=request_id)
    request.seq = seq
    transitions.advance(request, Kind.NOTED, by=SYSTEM, now=NOW, data={"text": word})


# --- what is read afterwards -----------------------------------------------------------------


def states() -> dict[str, int]:
    return dict(Counter(ServiceRequest.objects.values_list("state", flat=True)))


def made_offers() -> list[int]:
    return list(Offer.objects.filter(state="made").order_by("pk").values_list("pk", flat=True))


def visits() -> list[tuple[int, int]]:
    """(assignment, worker) of every visit under way."""
    going = Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS).order_by("pk")
    return list(going.values_list("pk", "worker_id"))


def idle() -> list[int]:
    """Workers with all their capacity."""
    idlers = Worker.objects.filter(free=F("capacity")).order_by("pk")
    return list(idlers.values_list("pk", flat=True))


def offers_by_request() -> dict[int, list[str]]:
    """Request id → the states of its offers."""
    found: dict[int, list[str]] = {}
    for request, state in Offer.objects.order_by("pk").values_list("request_id", "state"):
        found.setdefault(request, []).append(state)
    return found


def faults(now: datetime) -> list[str]:
    """Everything that must never be, whatever was raced for; nothing in a sound house."""
    return [
        *(f"worker {pk} over or under" for pk in _miscounted()),
        *(f"request {pk} has two who come" for pk in _doubly_served()),
        *(f"request {pk}'s log has gaps" for pk in _broken_logs()),
        *(f"{what}: {pks}" for what, pks in selectors.unwatched(now=now).items() if pks),
        *(f"job {pk} sent twice" for pk in _sent_twice()),
        *(f"deadline {pk} failed" for pk in _failed_deadlines()),
    ]


def _miscounted() -> Iterable[int]:
    """Workers whose free capacity is not what their commitments leave of it."""
    asked = Count("offers", filter=Q(offers__state="made"), distinct=True)
    going = Count("assignments", filter=Q(assignments__state__in=ACTIVE_ASSIGNMENTS), distinct=True)
    rows = Worker.objects.annotate(taken=asked + going).exclude(free=F("capacity") - F("taken"))
    return rows.values_list("pk", flat=True)


def _doubly_served() -> Iterable[int]:
    rows = Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS, role="responder")
    twice = rows.values("request").annotate(n=Count("pk")).filter(n__gt=1)
    return twice.values_list("request", flat=True)


def _broken_logs() -> list[int]:
    logs: dict[int, list[int]] = {}
    for pk, seq in Event.objects.order_by("request", "seq").values_list("request_id", "seq"):
        logs.setdefault(pk, []).append(seq)
    return [pk for pk, seqs in logs.items() if seqs != list(range(1, len(seqs) + 1))]


def _sent_twice() -> Iterable[int]:
    rows = SimulatorItem.objects.values("job", "attempt").annotate(n=Count("pk")).filter(n__gt=1)
    return rows.values_list("job", flat=True)


def _failed_deadlines() -> Iterable[int]:
    from dispatch.models import Deadline

    return Deadline.objects.filter(failures__gt=0).values_list("pk", flat=True)


def emergencies() -> list[tuple[int | None, str, int, int]]:
    """(elder, known as, alarms, sounds) of every emergency."""
    rows = ServiceRequest.objects.filter(priority=Priority.EMERGENCY).annotate(n=Count("alarms"))
    return list(rows.order_by("pk").values_list("elder_id", "known_as", "n", "sounds"))


def count(what: str) -> int:
    models: dict[str, Any] = {
        "requests": ServiceRequest,
        "keys": IdempotencyKey,
        "alarms": Alarm,
        "claimed": Call.objects.filter(operator__isnull=False),
        "sent": SimulatorItem,
        "jobs": OutboundJob,
        "notes": Event.objects.filter(kind=Kind.NOTED),
    }
    found = models[what]
    return int((found if hasattr(found, "filter") else found.objects).count())


# --- calling out -----------------------------------------------------------------------------


def checked_in_on(count: int) -> list[int]:
    """As many elders who are asked every morning."""
    ids = elders(count)
    CheckInPlan.objects.bulk_create(CheckInPlan(elder_id=pk, at=time(8)) for pk in ids)
    return ids


def call_out(_turn: int) -> int:
    """A turn of the sweep; how many this hand rang."""
    return calling.sweep(now=NOW)


def checkins() -> tuple[int, dict[str, int], list[int]]:
    """How many there are, in which states, and how often each elder was rung."""
    states = Counter(CheckIn.objects.values_list("state", flat=True))
    jobs = Counter(OutboundJob.objects.filter(purpose="checkin").values_list("elder", flat=True))
    return CheckIn.objects.count(), dict(states), sorted(jobs.values())
