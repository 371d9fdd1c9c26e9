"""The board of live requests: one row each, emergencies first, then by the time that is left."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import selectors
from dispatch.models import Assignment, Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.pages import labels
from dispatch.states import ACTIVE_ASSIGNMENTS, OPEN, OfferState, Priority, State
from dispatch.timing import STATE_S
from elders.models import User

MOST = 300
SEARCHING = frozenset({State.NEW, State.OFFERED, State.UNFILLED})
FILTERS: dict[str, tuple[Any, Callable[["Row"], bool]]] = {
    "all": (gettext_lazy("All"), lambda row: True),
    "unassigned": (gettext_lazy("Unassigned"), lambda row: row.state in SEARCHING),
    "under-way": (
        gettext_lazy("On the way"),
        lambda row: row.state in (State.ASSIGNED, State.EN_ROUTE),
    ),
    "there": (gettext_lazy("Arrived"), lambda row: row.state in (State.ON_SCENE, State.DONE)),
    "mine": (gettext_lazy("Mine"), lambda row: row.mine),
    "late": (gettext_lazy("Late"), lambda row: row.late),
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
    """Rows of the filter `chosen`, and how many each filter has."""
    rows = [_row(request, user, now=now) for request in _requests(user)]
    rows.sort(key=lambda row: (not row.emergency, not row.late, row.due_at or now, row.id))
    chosen = chosen if chosen in FILTERS else "all"
    counts = Counter(key for key, (_label, fits) in FILTERS.items() for row in rows if fits(row))
    filters = [
        {"key": key, "label": label, "count": counts[key], "current": key == chosen}
        for key, (label, _fits) in FILTERS.items()
    ]
    fits = FILTERS[chosen][1]
    return {
        "rows": [row for row in rows if fits(row)],
        "filters": filters,
        "board_query": f"show={chosen}",
    }


def _requests(user: User) -> list[ServiceRequest]:
    clocks = Deadline.objects.filter(RUNNING, kind="state")
    going = Assignment.objects.filter(state__in=ACTIVE_ASSIGNMENTS).select_related(
        "worker", "offer"
    )
    return list(
        selectors.requests_for(user)
        .filter(state__in=OPEN)
        .annotate(asked=Count("offers", filter=Q(offers__state=OfferState.MADE)))
        .prefetch_related(
            "also",
            Prefetch("deadlines", queryset=clocks, to_attr="clocks"),
            Prefetch("assignments", queryset=going, to_attr="going"),
        )
        .order_by("-pk")[:MOST]
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
