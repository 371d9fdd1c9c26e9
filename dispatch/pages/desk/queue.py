"""Who waits: emergencies nobody has, callers, call-backs, notices; and who else is at the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Max, Q, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import presence, selectors, surge
from dispatch.models import RequestCall, ServiceRequest
from dispatch.pages import labels
from dispatch.pages.desk import display, notices
from dispatch.states import OPEN, Priority, State
from dispatch.templatetags.look import spaced
from elders import roles
from elders.models import User
from providers.models import Category
from telephony import agents, callbacks, recordings, recovery, rooms
from telephony import desk as calls
from telephony.models import AgentState, Call, CallBack, Party, Skill
from telephony.selectors import callbacks_for, calls_for

COLOURS = {Priority.EMERGENCY: "danger", Priority.URGENT: "warn"}
ORDER = [Priority.EMERGENCY, Priority.URGENT, Priority.ROUTINE]
ALL_SKILLS = frozenset(Skill.Code.values)
NOTICES = 50  # that are listed, of how many is said
# what an operator does → (label, colour)
DOING: dict[str, tuple[Any, str]] = {
    "ready": (gettext_lazy("Ready"), "ok"),
    "on_call": (gettext_lazy("On a call"), "danger"),
    "wrap_up": (gettext_lazy("Wrap-up"), "warn"),
    "away": (gettext_lazy("Away"), ""),
}
REASONS: dict[str, Any] = {
    "break": gettext_lazy("break"),
    "meal": gettext_lazy("meal"),
    "training": gettext_lazy("training"),
    "meeting": gettext_lazy("meeting"),
    "technical": gettext_lazy("technical trouble"),
}
RECENT = 2000  # rows by id among which soundings are counted, ended ones too


@dataclass(frozen=True, slots=True)
class Ring:
    """Something that waits for an operator: a call, or an emergency without one."""

    kind: str  # call or request
    id: int
    who: str
    priority: str
    words: str
    since: datetime
    icon: str
    suits: bool = False  # what this operator may best take; it hides nobody
    known: bool = True  # not of a device that nobody registered

    @property
    def colour(self) -> str:
        return COLOURS.get(Priority(self.priority), "")

    @property
    def until(self) -> datetime:
        """When she is everybody's to take first."""
        return self.since + timedelta(seconds=agents.PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    doing: str
    colour: str
    since: datetime | None
    call_id: int | None = None  # on which supervisors may listen


@dataclass(frozen=True, slots=True)
class Me:
    """What the operator does, and since when."""

    doing: str
    colour: str
    since: datetime
    ready: bool
    away: bool


def read(user: User, *, now: datetime) -> dict[str, Any]:
    rings, untold = waiting(user, now=now), selectors.notices_for(user)
    return {
        "rings": rings,
        **_first(rings, user, now=now),
        "surge": surge.now_or_not(now=now),
        "me": me(user),
        "reasons": REASONS.items(),
        "leads": roles.is_supervisor(user),
        "ringing": rings[0].priority if rings else "",
        "callbacks": callbacks_of(user),
        "spoken_with": spoken_with(user),
        "notices": [notices.line(notice) for notice in untold[:NOTICES]],
        "notices_in_all": untold.count(),
        "troubles": selectors.troubles_for(user).count(),
        "colleagues": colleagues(user, now=now),
        "sounds": " ".join(f"{kind}:{count}" for kind, count in soundings(user).items()),
    }


def offered(user: User, *, now: datetime) -> dict[str, Any]:
    """Who rings for this operator, shown by itself; nobody while they are away."""
    mine = me(user)
    return {} if mine and mine.away else _first(waiting(user, now=now), user, now=now)


def _first(rings: list[Ring], user: User, *, now: datetime) -> dict[str, Any]:
    first = first_of(rings, user, now=now)
    call = first.id if first and first.kind == "call" else None
    return {"first": first, "display": display.read(call, now=now) if call else None}


def waiting(user: User, *, now: datetime) -> list[Ring]:
    """Emergencies first, then by priority and wait; the first is what the answer key takes.

    Within a priority, strangers' devices come after everybody else.
    """
    ringing = list(calls.queue().filter(pk__in=calls_for(user).values("pk"))[:100])
    categories = {c.code: labels.named(c) for c in Category.objects.all()}
    skills = agents.skills_of(user)
    rings = [_call(call, categories, skills, now=now) for call in ringing]
    spoken_for = RequestCall.objects.filter(call__in=ringing).values("request")
    unclaimed = (
        selectors.requests_for(user)
        .filter(priority=Priority.EMERGENCY, state__in=OPEN, owner=None)
        .exclude(pk__in=spoken_for)
        .order_by(Case(When(came_from="", then=0), default=1), "opened_at")
    )
    rings += [_emergency(request, now=now) for request in unclaimed[:100]]
    return sorted(rings, key=lambda ring: (ORDER.index(Priority(ring.priority)), not ring.known))


def first_of(rings: list[Ring], user: User, *, now: datetime) -> Ring | None:
    """What the answer key takes: of the most pressing, whom this operator may best take."""
    if not rings or rings[0].kind != "call":
        return rings[0] if rings else None
    calls_first = [ring for ring in rings if ring.kind == "call"]
    known = {ring.id: ring for ring in calls_first}
    best = agents.best(calls.queue().filter(pk__in=list(known)), user, now=now)
    return known[best.pk] if best and best.pk in known else rings[0]


def me(user: User) -> Me | None:
    """The row of the operator who looks; None before the console has spoken up."""
    row = AgentState.objects.filter(user=user, until=None).first()
    if row is None:
        return None
    doing = labels.label(DOING, row.state)
    if row.reason:
        doing = f"{doing}: {labels.label(REASONS, row.reason)}"
    ready, away = row.state == AgentState.State.READY, row.state == AgentState.State.AWAY
    return Me(doing, DOING[row.state][1], row.since, ready, away)


def soundings(user: User) -> dict[str, int]:
    """How often each kind has sounded; a number that grows is heard once.

    Ended ones are counted too while they are recent, so that one that ends never hides another.
    """
    newest = ServiceRequest.objects.aggregate(pk=Max("pk"))["pk"] or 0
    alarming = selectors.requests_for(user).filter(
        Q(priority=Priority.EMERGENCY) | Q(state=State.UNFILLED),
        Q(pk__gt=newest - RECENT) | Q(state__in=OPEN),
    )
    emergency = alarming.aggregate(times=Sum("sounds"))["times"] or 0
    newest = Call.objects.aggregate(pk=Max("pk"))["pk"] or 0
    queued = calls_for(user).filter(pk__gt=newest - RECENT, queued_at__isnull=False)
    counted = dict(queued.order_by().values_list("priority").annotate(Count("pk")))
    return {
        "emergency": emergency + counted.get(Priority.EMERGENCY, 0),
        "urgent": counted.get(Priority.URGENT, 0),
        "routine": counted.get(Priority.ROUTINE, 0),
    }


def colleagues(user: User, *, now: datetime) -> list[Colleague]:
    """The others with a live console, and what they have in hand."""
    others = [other for other in presence.at_desk() if other.pk != user.pk]
    held = Call.objects.filter(operator__in=others, state__in=[*Call.HELD, Call.State.WRAP_UP])
    by_operator: dict[int | None, Call] = {call.operator_id: call for call in held.order_by("id")}
    rows = {row.user_id: row for row in AgentState.objects.filter(user__in=others, until=None)}
    owned = dict(
        ServiceRequest.objects.filter(owner__in=others, state__in=OPEN)
        .order_by()
        .values_list("owner")
        .annotate(Count("pk"))
    )
    return [
        _colleague(o, by_operator.get(o.pk), owned.get(o.pk, 0), rows.get(o.pk)) for o in others
    ]


def _colleague(user: User, call: Call | None, owned: int, row: AgentState | None) -> Colleague:
    if call and call.state == Call.State.WRAP_UP:
        return Colleague(str(user), _("Wrap-up"), "warn", call.ended_at)
    if call:
        since = call.answered_at or call.claimed_at
        return Colleague(str(user), _("On a call"), "danger", since, call.pk)
    if row and row.state == AgentState.State.AWAY:
        why = labels.label(REASONS, row.reason)
        return Colleague(str(user), _("Away: %(why)s") % {"why": why}, "", row.since)
    if owned:
        return Colleague(str(user), _("Has %(count)d open") % {"count": owned}, "warn", None)
    return Colleague(str(user), _("Ready"), "ok", row.since if row else None)


def _call(call: Call, categories: dict[str, str], skills: frozenset[str], *, now: datetime) -> Ring:
    known = labels.with_age(call.elder, now=now) or call.other_number or _("Number withheld")
    return Ring(
        kind="call",
        id=call.pk,
        who=known,
        priority=call.priority,
        words=labels.wish(call, categories),
        since=call.queued_at or call.opened_at,
        icon="phone-incoming" if call.is_inbound else "phone-outgoing",
        suits=skills < ALL_SKILLS and agents.suits(call, skills),
    )


def _emergency(request: ServiceRequest, *, now: datetime) -> Ring:
    source = labels.label(labels.SOURCES, request.source)
    note = request.note
    if request.source == ServiceRequest.Source.ALARM:
        note = labels.alarms_named(note)
    return Ring(
        kind="request",
        id=request.pk,
        who=labels.whose(request, now=now),
        priority=request.priority,
        words=note or source,
        since=request.opened_at,
        icon="siren",
        known=not request.came_from,
    )


def spoken_with(user: User) -> list[tuple[Call, str, str]]:
    """Callers who were put through without the desk, with `since` when: (call, who, with whom)."""
    since = Coalesce("answered_at", Max("parties__joined_at"), "opened_at")
    found = recovery.spoken_with().filter(pk__in=calls_for(user).values("pk")).annotate(since=since)
    return [
        (
            call,
            labels.named(call.elder) if call.elder else call.other_number,
            " · ".join(_with_whom(party) for party in rooms.present(call)),
        )
        for call in found.select_related("elder").order_by("since")[:20]
    ]


def _with_whom(party: Party) -> str:
    if party.number in settings.ON_CALL_NUMBERS:
        return _("the on-call mobile %(number)s") % {"number": spaced(party.number)}
    return spaced(party.who)


def callbacks_of(user: User, *, most: int = 50) -> list[CallBack]:
    """Who is to be rung back, with the words and the colour of each."""
    mine = callbacks_for(user).values("pk")
    found = list(callbacks.waiting().filter(pk__in=mine)[:most])
    for callback in found:
        callback.words = labels.label(labels.CALLBACK_REASONS, callback.reason)  # type: ignore[attr-defined]
        callback.colour = COLOURS.get(Priority(callback.priority), "info")  # type: ignore[attr-defined]
    messages = recordings.messages_of(found, user)
    for callback in found:
        callback.messages = messages[callback.pk]  # type: ignore[attr-defined]
    return found
