"""The board of live requests: one row each, emergencies first, then by the time that is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.models import Assignment, Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.pages import labels
from dispatch.states import ACTIVE_ASSIGNMENTS, OPEN, OfferState, Priority, State
from dispatch.timing import STATE_S
from elders.models import User

MOST = 300
SEARCHING = frozenset({State.NEW, State.OFFERED, State.UNFILLED})
LATE = Q(state=State.UNFILLED) | Q(rounds__gt=0)


def filters_of(user: User) -> dict[str, tuple[Any, Q]]:
    """Key → label and which requests."""
    under_way, there = (State.ASSIGNED, State.EN_ROUTE), (State.ON_SCENE, State.DONE)
    return {
        "all": (_("All"), Q()),
        "unassigned": (_("Unassigned"), Q(state__in=SEARCHING)),
        "under-way": (_("On the way"), Q(state__in=under_way)),
        "there": (_("Arrived"), Q(state__in=there)),
        "mine": (_("Mine"), Q(owner=user)),
        "late": (_("Late"), LATE),
    }


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    number: str
    who: str
    category: str
    icon: str
    state: str
    stage: str
    colour: str
    emergency: bool
    responder: str
    arrives_at: datetime | None  # as reckoned when it was accepted, or when they arrived
    arrived: bool
    owner: str
    mine: bool
    late: bool
    since: datetime | None  # the running clock of its state
    due_at: datetime | None

    @property
    def tint(self) -> str:
        return "danger" if self.emergency else "warn" if self.late else ""


def read(user: User, *, chosen: str, now: datetime) -> dict[str, Any]:
    """Rows of the filter `chosen`, at most `MOST` and the most pressing; and how many requests each
    filter has, however many are shown."""
    kinds, requests = filters_of(user), _requests(user)
    chosen = chosen if chosen in kinds else "all"
    counts = requests.aggregate(
        **{key: Count("pk", filter=q) for key, (_label, q) in kinds.items()}
    )
    filters = [
        {"key": key, "label": label, "count": counts[key], "current": key == chosen}
        for key, (label, _fits) in kinds.items()
    ]
    shown = _pressing(requests.filter(kinds[chosen][1]), now=now)[:MOST]
    return {
        "rows": [_row(request, user, now=now) for request in shown],
        "total": counts[chosen],
        "filters": filters,
        "board_query": f"show={chosen}",
    }


def _requests(user: User) -> QuerySet[ServiceRequest]:
    """The open ones, with `rounds` and `due` of the clock of their state."""
    clock = Deadline.objects.filter(RUNNING, kind="state", request=OuterRef("pk"))
    return (
        selectors.requests_for(user)
        .filter(state__in=OPEN)
        .annotate(rounds=Subquery(clock.values("rounds")), due=Subquery(clock.values("due_at")))
    )


def _pressing(requests: QuerySet[ServiceRequest], *, now: datetime) -> QuerySet[ServiceRequest]:
    """Emergencies first, then what is late, then by the time that is left."""
    clocks = Deadline.objects.filter(RUNNING, kind="state")
    going = Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS).select_related(
        "worker", "offer"
    )
    return (
        requests.annotate(asked=Count("offers", filter=Q(offers__state=OfferState.MADE)))
        .prefetch_related(
            "also",
            Prefetch("deadlines", queryset=clocks, to_attr="clocks"),
            Prefetch("assignments", queryset=going, to_attr="going"),
        )
        .order_by(
            Case(When(priority=Priority.EMERGENCY, then=0), default=1),
            Case(When(LATE, then=0), default=1),
            Coalesce("due", Value(now)),
            "pk",
        )
    )


def _row(request: Any, user: User, *, now: datetime) -> Row:
    going: Assignment | None = request.going[0] if request.going else None
    clock: Deadline | None = request.clocks[0] if request.clocks else None
    since, due_at = _clock(request, clock)
    return Row(
        id=request.pk,
        number=request.number,
        who=labels.whose(request, now=now),
        category=labels.named(request.category),
        icon=request.category.icon,
        state=request.state,
        stage=labels.label(labels.STATES, request.state),
        colour=labels.colour(labels.STATES, request.state),
        emergency=request.is_emergency,
        responder=_responder(request, going),
        arrives_at=_arrival(going),
        arrived=bool(going and going.on_scene_at),
        owner=str(request.owner) if request.owner else "",
        mine=request.owner_id == user.pk,
        late=request.state == State.UNFILLED or bool(clock and clock.rounds),
        since=since,
        due_at=due_at,
    )


def _responder(request: Any, going: Assignment | None) -> str:
    if going:
        return labels.named(going.worker)
    if request.asked:
        return _("%(count)d asked") % {"count": request.asked}
    return ""


def _arrival(going: Assignment | None) -> datetime | None:
    if going is None or going.offer is None:
        return None
    left_at = going.en_route_at or going.assigned_at
    return going.on_scene_at or left_at + timedelta(seconds=going.offer.eta_s)


def _clock(
    request: ServiceRequest, clock: Deadline | None
) -> tuple[datetime | None, datetime | None]:
    """From when to when the clock of the present state runs; one that ran out has no start."""
    if clock is None:
        return None, None
    length_s = STATE_S[State(request.state)][Priority(request.priority)]
    if clock.rounds or not length_s:
        return None, None if not clock.rounds and not length_s else clock.due_at
    return clock.due_at - timedelta(seconds=length_s), clock.due_at
