"""How a request ends: confirmed, closed, cancelled; and how it begins again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import afterwards, assignments, emergencies, notices, offers, summons, transitions
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import ServiceRequest
from dispatch.states import AssignmentState, Disposition, Kind, OfferState, State, may_move
from tracking import devices

# What an operator states by choosing a disposition for an emergency (rule 15): either they have
# spoken with the elder, or somebody named has seen her, or another service has taken over.
SPOKEN = frozenset(
    {
        Disposition.RESOLVED_BY_PHONE,
        Disposition.FALSE_ALARM,
        Disposition.TEST,
        Disposition.PRANK,
    }
)


def confirm(request_id: int, *, by: Actor, now: datetime) -> ServiceRequest:
    """The elder, or somebody with her, says that the need is met: a routine request closes.

    An emergency takes the word down and stays open until an operator closes it.
    """
    with transaction.atomic():
        request = transitions.hold(request_id)
        if request.state == State.CLOSED:
            return request  # told twice
        if request.state != State.DONE:
            raise DispatchError(
                "wrong_state", _("The visit is not finished yet."), state=request.state
            )
        transitions.advance(request, Kind.CONFIRMED, by=by, now=now)
        if not request.is_emergency:
            _end(
                request,
                State.CLOSED,
                Kind.CLOSED,
                by=by,
                now=now,
                disposition=Disposition.MET,
                reason="",
            )
        return request


def close(
    request_id: int,
    *,
    by: Actor,
    now: datetime,
    disposition: Disposition,
    reason: str = "",
    seen_by: str = "",
    spoken: bool = True,
    seq: int | None = None,
) -> ServiceRequest:
    """An operator ends it, with how it ended and on what evidence.

    For an emergency the evidence is demanded: `seen_by` names who has seen the elder, unless the
    disposition itself says that the operator has spoken with her, a worker has arrived, or
    another service has confirmed that it took over. Nobody but an operator closes one.
    Without `spoken` such a disposition says nothing by itself, and a test needs a voice always.
    """
    with transaction.atomic():
        request = transitions.hold(request_id, seq=seq)
        if request.is_emergency and by.kind != "operator":
            raise DispatchError(
                "emergency", _("An emergency is closed by an operator."), http_status=403
            )
        if request.state == State.CLOSED and request.disposition == disposition:
            return request
        evidence = _evidence(request, disposition, seen_by, spoken)
        if not evidence and claims_voice(request, disposition):
            reason = _("Speak with her first, and say that you have.")
            raise DispatchError(
                "evidence_needed", reason, http_status=422, fields={"spoken": reason}
            )
        if request.is_emergency and not evidence:
            raise DispatchError(
                "evidence_needed",
                _(
                    "An emergency ends when an operator has spoken with the elder or a named"
                    " person has seen her."
                ),
                http_status=422,
                fields={"seen_by": _("Who has seen her?")},
            )
        _end(
            request,
            State.CLOSED,
            Kind.CLOSED,
            by=by,
            now=now,
            disposition=disposition,
            reason=reason,
            evidence=evidence,
        )
        return request


def cancel(request_id: int, *, by: Actor, now: datetime, reason: str = "") -> ServiceRequest:
    """Not needed any more. Never an emergency: those are closed by an operator (rule 15)."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        if request.state == State.CANCELLED:
            return request
        if request.is_emergency:
            raise DispatchError(
                "emergency", _("An emergency is closed by an operator, with evidence.")
            )
        _end(request, State.CANCELLED, Kind.CANCELLED, by=by, now=now, reason=reason)
        return request


def reopen(request_id: int, *, by: Actor, now: datetime, reason: str) -> ServiceRequest:
    """The need is not met after all: somebody is looked for again at once."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        transitions.advance(
            request,
            Kind.REOPENED,
            to=State.OFFERED,
            by=by,
            now=now,
            data={"reason": reason},
            closed_at=None,
            disposition="",
            reason="",
            voice_at=None,
            sounds=request.sounds + 1,
        )
        transitions.wind(request, now=now, after_s=0)
        summons.stop_all(request, now=now)
        notices.settle(request=request, code="not_confirmed", now=now)
        if request.is_emergency:
            emergencies.begin(request, now=now)
        return request


def claims_voice(request: ServiceRequest, disposition: Disposition) -> bool:
    """Whether who closes it so states to have spoken with her."""
    return disposition in SPOKEN and (request.is_emergency or disposition == Disposition.TEST)


def _evidence(request: ServiceRequest, disposition: Disposition, seen_by: str, spoken: bool) -> str:
    """Who has seen or heard her since it was opened, opened again, or became an emergency."""
    if seen_by:
        return f"seen by {seen_by}"
    if request.voice_at or (spoken and disposition in SPOKEN):
        return "spoken with"
    begun = request.events.filter(kind__in=[Kind.OPENED, Kind.REOPENED, Kind.ESCALATED]).last()
    since = begun.at if begun else request.opened_at
    there = Q(state=AssignmentState.ON_SCENE) | Q(on_scene_at__gte=since)
    arrived = request.assignments.filter(there).select_related("worker").first()
    if arrived:
        return f"seen by {arrived.worker}"
    taken_over = request.handovers.filter(ended_at__gte=since).exclude(outcome="").first()
    if disposition == Disposition.HANDED_OVER and taken_over:
        return f"taken over by {taken_over}"
    return ""


def _end(
    request: ServiceRequest,
    to: State,
    kind: Kind,
    *,
    by: Actor,
    now: datetime,
    reason: str,
    disposition: Disposition | None = None,
    evidence: str = "",
) -> None:
    """Frees everybody, stops every clock, call and text, and writes the last line."""
    if not may_move(State(request.state), to):
        raise DispatchError(
            "wrong_state", _("This request cannot end so now."), state=request.state
        )
    offers.withdraw(request, request.offers.filter(state=OfferState.MADE), by=by, now=now)
    assignments.let_go(request, by=by, now=now, why=reason or str(disposition or to))
    said = {"disposition": disposition, "reason": reason, "evidence": evidence}
    transitions.advance(
        request,
        kind,
        to=to,
        by=by,
        now=now,
        data={key: value for key, value in said.items() if value},
        closed_at=now,
        disposition=disposition or "",
        reason=reason,
        owner=None,
        owner_until=None,
    )
    summons.stop_all(request, now=now)
    notices.settle(request=request, now=now)
    if to == State.CLOSED:
        afterwards.ask(request, now=now)
    if disposition == Disposition.TEST:
        pressed = request.alarms.filter(alarm__zone=None).values("alarm__device")
        devices.was_tested(pressed, elder=request.elder, now=now)
