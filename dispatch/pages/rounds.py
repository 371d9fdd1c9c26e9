"""What a worker is shown: of an offer area and need, of a visit where to go and how to get in.

The door code only at the door; nothing of her any more once the visit is cleared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dispatch import (
    checklists,
    distress,
    proofs,
    ratings,
    reasons,
    selectors,
    speech,
    whereabouts,
    wording,
)
from dispatch.models import Assignment, Offer, Picture, Rating, ServiceRequest
from dispatch.pages import labels, visit
from dispatch.pages.visit import WORKER_STEPS, Coming, Step
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, OfferState
from dispatch.templatetags.look import initials
from elders import selectors as register
from elders.models import Elder, User
from providers.models import Task, Worker
from tracking import locate
from tracking.devices import held_at
from tracking.models import DeviceLink

AT = {AssignmentState.ASSIGNED: 0, AssignmentState.EN_ROUTE: 1, AssignmentState.ON_SCENE: 2}
WHY_NOT = (
    gettext_lazy("Too far"),
    gettext_lazy("Busy"),
    gettext_lazy("Not able to do this"),
    gettext_lazy("Another reason"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation: category, area, way and what is required; not who and not where."""

    offer: Offer
    emergency: bool
    category: str
    area: str
    distance: str
    minutes: int
    required: str
    why: list[str]


@dataclass(frozen=True, slots=True)
class Visit:
    assignment: Assignment
    emergency: bool
    who: str
    elders: list[Elder]
    category: str
    address: str
    navigate: str
    place_words: str
    coming: Coming
    steps: list[Step]
    notes: list[str]
    risk: str
    door_code: str
    places_id: str
    places: dict[str, Any] | None
    is_asked: bool  # the visit lasts long: is all well?
    may_prove: bool
    proof: str
    tasks: list[Task]
    photos: list[Picture]


@dataclass(frozen=True, slots=True)
class Rounds:
    worker: Worker
    offers: list[Asked]
    visits: list[Visit]
    done: list[Assignment]
    device_id: str  # "" when no device of the worker's own takes positions without a token
    cry: ServiceRequest | None  # the worker's own alarm
    police: str
    thanks: list[Rating]
    why_not: tuple[Any, ...] = WHY_NOT


def read(user: User, worker: Worker, *, now: datetime) -> Rounds:
    open_offers = (
        selectors.offers_for(user)
        .filter(worker=worker, state=OfferState.MADE, expires_at__gt=now)
        .order_by("expires_at")
    )
    mine = selectors.assignments_for(user).filter(worker=worker)
    at_work = mine.filter(state__in=ACTIVE_ASSIGNMENTS).order_by("assigned_at")
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    cleared = mine.filter(state=AssignmentState.CLEARED, cleared_at__gte=midnight)
    return Rounds(
        worker,
        [_asked(offer) for offer in open_offers],
        [_visit(one, now=now) for one in at_work],
        list(cleared.order_by("-cleared_at")),
        _device_id(worker, now=now),
        selectors.open_cry(worker),
        register.public_services(_with_whom(at_work))["police"],
        ratings.thanks(worker, now=now),
    )


def _with_whom(at_work: Iterable[Assignment]) -> Elder | None:
    """Of the first of these visits."""
    people = (one.request.people for one in at_work)
    return next((elder for known in people for elder in known), None)


def _asked(offer: Offer) -> Asked:
    request = offer.request
    required = request.elder.requirements if request.elder else []
    return Asked(
        offer,
        request.is_emergency,
        labels.named(request.category),
        wording.area_of(request, get_language() or ""),
        labels.distance(offer.distance_m),
        max(1, round(offer.eta_s / 60)),
        ", ".join(labels.label(labels.REQUIREMENTS, code) for code in required),
        [
            reasons.reason(one["code"], one.get("params", {}))
            for one in offer.reasons
            if one["code"] != "travel" and one.get("points", 0) > 0
        ],
    )


def _visit(assignment: Assignment, *, now: datetime) -> Visit:
    request, language = assignment.request, get_language() or ""
    elders = [request.elder] if request.elder else list(request.also.all())
    coming = visit.told(assignment, request, now=now)
    where = whereabouts.present(request, now=now)
    there = assignment.state == AssignmentState.ON_SCENE
    return Visit(
        assignment,
        request.is_emergency,
        wording.name_of(request, language) or _("Somebody we do not know yet"),
        elders,
        labels.named(request.category),
        wording.address_of(request, language),
        _geo_link(where) if where else "",
        where["text"] if where and where["source"] in locate.MEASURED else "",
        coming,
        visit.line(WORKER_STEPS, AT[AssignmentState(assignment.state)]),
        [note for elder in elders for note in _notes(elder, now=now)],
        " ".join(elder.address_risk for elder in elders if elder.address_risk),
        ", ".join(elder.door_code for elder in elders if elder.door_code) if there else "",
        f"places-{assignment.pk}",
        _places(where, coming, elders),
        there and distress.is_asked(request),
        proofs.may_prove(assignment),
        labels.label(labels.PROOFS, assignment.proof) if assignment.proof else "",
        checklists.of(request),
        list(assignment.pictures.defer("content")),
    )


def _notes(elder: Elder, *, now: datetime) -> list[str]:
    """What one must know to get in and to be understood."""
    notes = []
    years = labels.age(elder.born, now=now)
    if years is not None:
        notes.append(_("%(age)s years old") % {"age": years})
    if elder.hearing != Elder.Hearing.GOOD:
        notes.append(elder.get_hearing_display())
    if elder.has_lift is not None:
        notes.append(_("Lift") if elder.has_lift else _("No lift"))
    if elder.dialect:
        notes.append(_("Speaks %(dialect)s") % {"dialect": speech.in_use(elder.dialect)})
    return [str(note) for note in [*notes, speech.in_use(elder.access_notes)] if note]


def _geo_link(where: dict[str, Any]) -> str:
    """What a telephone opens its map with."""
    at = f"{where['lat']:.6f},{where['lon']:.6f}"
    return f"geo:{at}?q={quote(at, safe=',')}"


def _places(
    where: dict[str, Any] | None, coming: Coming, elders: list[Elder]
) -> dict[str, Any] | None:
    if where is None:
        return None
    her = {
        "id": "elder",
        "kind": "elder",
        "lat": where["lat"],
        "lon": where["lon"],
        "text": initials(elders[0]) if elders else "!",
        "accuracy_m": where["accuracy_m"] or 0 if where["source"] in locate.MEASURED else 0,
    }
    me = visit.pin(coming, _("You")) if coming.is_under_way else None
    return {"markers": [her, me] if me else [her]}


def _device_id(worker: Worker, *, now: datetime) -> str:
    """The number under which this page may send the worker's position."""
    mine = DeviceLink.objects.filter(held_at(now), worker=worker, device__require_token=False)
    link = mine.select_related("device").order_by("-since").first()
    return link.device.device_id if link else ""
