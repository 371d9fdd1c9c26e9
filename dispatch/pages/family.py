"""What the family sees of an elder: while a request is open, and for two hours after.

By a link (`read`), and the same with an account (`shown`).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch import links, pictures, ratings, whereabouts
from dispatch.models import Assignment, Picture, ServiceRequest, TrackLink
from dispatch.pages import labels, timeline, visit
from dispatch.pages.timeline import Entry
from dispatch.pages.visit import Coming, Step
from dispatch.states import AssignmentState, Role, State
from dispatch.templatetags.look import initials
from elders import consent
from elders.consent import Scope
from elders.models import Elder
from tracking import geo
from tracking import wording as spoken

# Where she is, when she has not agreed to more: the middle of a square of some 300 m, so that the
# same place always gives the same answer and looking again tells nothing new.
COARSE_DEGREES = 0.003
COARSE_M = 300


@dataclass(frozen=True, slots=True)
class Headline:
    """`above` in small words, `big` in large ones; with an ETA the page puts that in its place."""

    above: str
    big: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Care:
    """The box of an emergency: who looks after her now."""

    title: str
    words: str
    at: datetime | None
    calm: bool


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """Without a `request` it is the ordinary, calm page."""

    elder: Elder
    name: str
    request: ServiceRequest | None = None
    headline: Headline | None = None
    steps: list[Step] = field(default_factory=list)
    coming: Coming | None = None
    about_carer: str = ""
    care: Care | None = None
    places: dict[str, Any] | None = None
    place_words: str = ""
    entries: list[Entry] = field(default_factory=list)
    report: Assignment | None = None  # the last visit that has ended, where it may be told of
    pictures: list[Picture] = field(default_factory=list)
    to_rate: Assignment | None = None


def read(link: TrackLink, *, now: datetime) -> FamilyPage:
    """A link shows what any of her relatives may see."""
    exact, told, health = (
        consent.family(link.elder, scope, now=now).exists()
        for scope in (Scope.WHEREABOUTS, Scope.REQUESTS, Scope.HEALTH)
    )
    request = links.request_of(link, now=now)
    page = shown(link.elder, request, exact=exact, told=told, health=health, now=now)
    return replace(page, to_rate=to_rate(link, now=now))


def to_rate(link: TrackLink, *, now: datetime) -> Assignment | None:
    """What may be rated by this link, once, where somebody of hers may know of her requests."""
    request = links.request_of(link, now=now)
    agreed = consent.family(link.elder, Scope.REQUESTS, now=now)
    if request is None or not agreed.exists():
        return None
    shown = ServiceRequest.objects.filter(pk=request.pk)
    return ratings.visits(shown, by=link, now=now).first()


def shown(
    elder: Elder,
    request: ServiceRequest | None,
    *,
    exact: bool,
    told: bool,
    health: bool,
    now: datetime,
) -> FamilyPage:
    """The page of one request; without `exact` her place is told coarsely, without `told` nothing
    of what was done, and without `health` nothing of that where it may be about her health."""
    name = labels.named(elder)
    if request is None:
        return FamilyPage(elder, name)
    coming = visit.coming(request, now=now)
    where = whereabouts.present(request, now=now) if request.is_open else None
    may = told and (health or not pictures.tells_of_health(request))
    if where is not None and not exact:
        where = _coarse(where)
        coming = coming and _from_afar(coming, where)
    return FamilyPage(
        elder,
        name,
        request,
        headline(request, coming, name),
        visit.steps(request),
        coming,
        _about(coming) if coming else "",
        _care(request, name) if request.is_emergency and request.is_open else None,
        _places(where, coming, elder),
        _place_words(where, name) if where else "",
        timeline.told(
            request.events.order_by("seq"), elder=name, category=labels.named(request.category)
        ),
        _report(request) if may else None,
        list(pictures.of_report(request)) if may else [],
    )


def _report(request: ServiceRequest) -> Assignment | None:
    """The visit that ended last, with its note and tasks."""
    ended = request.assignments.filter(
        state=AssignmentState.CLEARED, role=Role.RESPONDER, on_scene_at__isnull=False
    )
    return ended.select_related("worker").order_by("-pk").first()


def headline(request: ServiceRequest, coming: Coming | None, name: str) -> Headline:
    """Where it stands. Before an acceptance nothing is promised."""
    facts = {"elder": name, "worker": labels.named(coming.worker) if coming else ""}
    state = State(request.state)
    if state == State.UNFILLED:
        return Headline(
            _("Our operators are looking for somebody"), _("Nobody is free yet"), danger=True
        )
    if state == State.ASSIGNED:
        return Headline(_("Help is coming to %(elder)s") % facts, _("Sets off soon"))
    if state == State.EN_ROUTE:
        return Headline(_("%(worker)s is on the way to %(elder)s") % facts, _("On the way"))
    if state == State.ON_SCENE:
        return Headline(_("Somebody is with her"), _("%(worker)s is with %(elder)s") % facts)
    if state == State.DONE:
        asks = (
            _("Our operator makes sure that %(elder)s is well")
            if request.is_emergency
            else _("We are asking %(elder)s whether all is well")
        )
        return Headline(asks % facts, _("The visit is finished"))
    if state == State.CLOSED:
        return Headline(_("%(elder)s’s request is closed") % facts, _("This is settled"))
    if state == State.CANCELLED:
        return Headline(_("%(elder)s’s request") % facts, _("Cancelled: not needed any more"))
    if request.is_emergency:
        return Headline(_("%(elder)s needs help") % facts, _("We are looking for somebody"))
    return Headline(
        _("%(elder)s asked for: %(category)s")
        % (facts | {"category": labels.named(request.category)}),
        _("We are looking for somebody"),
    )


def _about(coming: Coming) -> str:
    """Whom they come from, and whether she knows them."""
    known = coming.visits
    parts = [labels.named(coming.worker.provider)]
    if known:
        parts.append(ngettext("%(n)d visit before", "%(n)d visits before", known) % {"n": known})
    return " · ".join(parts)


def _care(request: ServiceRequest, name: str) -> Care:
    handover = request.handovers.order_by("at").last()
    words = ""
    if handover:
        service = labels.label(timeline.SERVICES, handover.service)
        words = _("%(service)s told: %(number)s") % {"service": service, "number": handover.number}
    facts = {"elder": name}
    there = request.assignments.filter(state=AssignmentState.ON_SCENE).first()
    if there:
        return Care(_("Somebody is with %(elder)s") % facts, words, there.on_scene_at, True)
    if request.voice_at:
        return Care(
            _("Our operator has spoken with %(elder)s") % facts, words, request.voice_at, True
        )
    if request.owner_id:
        return Care(_("An operator is looking after %(elder)s") % facts, words, None, True)
    return Care(_("The alarm is in front of our operators"), words, request.opened_at, False)


def _coarse(where: dict[str, Any]) -> dict[str, Any]:
    """A place that says "in this neighbourhood", and no more."""
    middle = {key: (where[key] // COARSE_DEGREES + 0.5) * COARSE_DEGREES for key in ("lat", "lon")}
    return where | middle | {"accuracy_m": COARSE_M, "coarse": True}


def _from_afar(coming: Coming, where: dict[str, Any]) -> Coming:
    """Who comes to a coarse place: the distance is reckoned to its middle, and who is within it is
    on no map; three exact distances, or the last pin before the door, are her place."""
    worker = coming.worker
    if worker.lat is None or worker.lon is None:
        return coming
    away_m = geo.distance_m(worker.lat, worker.lon, where["lat"], where["lon"])
    near = away_m <= COARSE_M
    distance = "" if near or not coming.distance else labels.distance(away_m)
    return replace(coming, distance=distance, hidden=near)


def _places(
    where: dict[str, Any] | None, coming: Coming | None, elder: Elder
) -> dict[str, Any] | None:
    if where is None:
        return None
    her = {
        "id": "elder",
        "kind": "elder",
        "lat": round(where["lat"], 6),
        "lon": round(where["lon"], 6),
        "text": initials(elder),
        "accuracy_m": where.get("accuracy_m") or 0,
    }
    going = coming and coming.is_under_way
    seen = coming and going and not coming.hidden
    them = visit.pin(coming, initials(coming.worker)) if coming and seen else None
    return {"markers": [her, them] if them else [her]}


def _place_words(where: dict[str, Any], name: str) -> str:
    """What the map shows of her, without her address."""
    facts: dict[str, object] = {"elder": name, "metres": COARSE_M}
    if where.get("coarse"):
        return _("%(elder)s is within %(metres)s m of the mark.") % facts
    if where["source"] in ("home", "line"):
        return _("%(elder)s is at home, as far as we know.") % facts
    facts["age"] = spoken.age(where["age_s"] or 0)
    if where.get("accuracy_m") is None:
        return _("%(elder)s was seen there %(age)s ago.") % facts
    facts["error"] = labels.distance(where["accuracy_m"])
    return _("%(elder)s was seen there %(age)s ago, give or take %(error)s.") % facts
