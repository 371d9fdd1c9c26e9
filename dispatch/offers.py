"""Inviting workers, and what they answer. The first acceptance wins, the others are told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import candidates, clocks, emergencies, notices, summons, transitions
from dispatch.actors import SYSTEM, Actor
from dispatch.candidates import NOBODY
from dispatch.errors import DispatchError
from dispatch.live import pokes
from dispatch.matching import Ranked
from dispatch.models import Assignment, Offer, ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, Kind, OfferState, Priority, Role, State
from dispatch.timing import AT_ONCE, OFFER_S
from providers import capacity

OFFER_CLOCK = "offer"
SEARCHING = frozenset({State.NEW, State.OFFERED, State.UNFILLED})


def make_next(
    request_id: int,
    *,
    now: datetime,
    by: Actor = SYSTEM,
    at_once: int | None = None,
    seq: int | None = None,
) -> list[Offer]:
    """Invites the best workers not yet asked: one in turn, or three at once for an emergency.

    Safe to call any number of times: it only fills up to that number. With nobody left to ask
    the request becomes UNFILLED and the desk is told. Returns the offers it made. A person may
    ask `at_once` as many as they like, from the list drawn at `seq`.
    """
    with transaction.atomic():
        request = transitions.hold(request_id, seq=seq)
        if request.state not in SEARCHING:
            return []
        open_offers = request.offers.filter(state=OfferState.MADE, role=Role.RESPONDER).count()
        wanted = (at_once or AT_ONCE[Priority(request.priority)]) - open_offers
        if wanted <= 0:
            transitions.wind(request, now=now)
            return []
        willing = by != SYSTEM or emergencies.may_send(request)
        ranking = candidates.rank(request, now=now) if willing else NOBODY
        request.exclusions = ranking.exclusions
        ServiceRequest.objects.filter(pk=request.pk).update(exclusions=ranking.exclusions)
        best = list(enumerate(ranking.ranked[:wanted], start=1))
        # Capacity is taken in the order of worker ids, so that two sweeps cannot deadlock.
        taken = {
            ranked.candidate.worker_id
            for _place, ranked in sorted(best, key=lambda pair: pair[1].candidate.worker_id)
            if capacity.take(ranked.candidate.worker_id)
        }
        made = [
            _make(request, ranked, rank=rank, by=by, now=now)
            for rank, ranked in best
            if ranked.candidate.worker_id in taken
        ]
        if best and len(made) < len(best):
            # A rival took somebody while we ranked: look again at once, with fresh eyes.
            transitions.wind(request, now=now, after_s=0)
        elif not best and open_offers:
            transitions.wind(request, now=now)
        elif not best:
            _nobody(request, now=now)
        return made


def offer_to(
    request_id: int, worker_id: int, *, role: Role, seq: int | None, by: Actor, now: datetime
) -> Offer:
    """Invites the candidate a person chose from the list drawn at `seq` (rule 16).

    Raises Stale when the request moved, DispatchError when the worker is no longer free or able.
    """
    with transaction.atomic():
        request = transitions.hold(request_id, seq=seq)
        if not request.is_open:
            raise DispatchError("wrong_state", _("This request has ended."), state=request.state)
        if role == Role.RESPONDER and request.state not in SEARCHING:
            raise DispatchError("already_taken", _("Somebody is already on the way."))
        ranking = candidates.rank(request, now=now, only=worker_id)
        chosen = next(iter(ranking.ranked), None)
        if chosen is None or not capacity.take(worker_id):
            raise DispatchError(
                "not_available",
                _("This worker cannot be sent now."),
                exclusions=[e for e in ranking.exclusions if e["worker"] == worker_id],
            )
        return _make(request, chosen, rank=1, role=role, by=by, now=now)


def accept(offer_id: int, *, by: Actor, now: datetime) -> Assignment:
    """The worker comes. One winner a role: everybody later gets 409 `already_taken`."""
    with transaction.atomic():
        offer, request = _held(offer_id)
        rival = request.assignments.filter(role=offer.role, state__in=ACTIVE_ASSIGNMENTS)
        if offer.state == OfferState.ACCEPTED:
            return Assignment.objects.get(offer=offer)  # told twice, done once
        if offer.state == OfferState.WITHDRAWN or rival.exists():
            raise DispatchError("already_taken", _("Somebody else has taken this one."))
        won = Offer.objects.filter(pk=offer_id, state=OfferState.MADE, expires_at__gt=now).update(
            state=OfferState.ACCEPTED, answered_at=now
        )
        if not won:
            raise DispatchError("offer_over", _("This offer is over."), state=offer.state)
        leading = offer.role == Role.RESPONDER
        assignment = Assignment.objects.create(
            request=request, worker=offer.worker, offer=offer, role=offer.role, assigned_at=now
        )
        transitions.advance(
            request,
            Kind.OFFER_ACCEPTED,
            to=State.ASSIGNED if leading else None,
            by=by,
            now=now,
            data=_about(offer),
        )
        transitions.advance(
            request,
            Kind.ASSIGNMENT_MADE,
            by=by,
            now=now,
            data=_about(offer) | {"assignment": assignment.pk},
        )
        _over(offer, now=now)
        others = request.offers.filter(role=offer.role, state=OfferState.MADE)
        withdraw(request, others, by=SYSTEM, now=now)
        notices.settle(request=request, code="unfilled", now=now)
        return assignment


def decline(offer_id: int, *, by: Actor, now: datetime, why: str = "") -> None:
    """The worker cannot come; the next one is asked at once."""
    _end(offer_id, OfferState.DECLINED, Kind.OFFER_DECLINED, by=by, now=now, why=why)


def expire(offer_id: int, *, now: datetime) -> None:
    """Nobody answered in time; the next one is asked at once."""
    _end(offer_id, OfferState.EXPIRED, Kind.OFFER_EXPIRED, by=SYSTEM, now=now)


def withdraw(request: ServiceRequest, offers: Iterable[Offer], *, by: Actor, now: datetime) -> None:
    """Takes open offers of a held request back, and tells those who were asked."""
    for offer in sorted(offers, key=lambda o: o.worker_id):
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.WITHDRAWN, answered_at=now)
        capacity.give_back(offer.worker_id)
        transitions.advance(request, Kind.OFFER_WITHDRAWN, by=by, now=now, data=_about(offer))
        _over(offer, now=now)
        summons.tell_withdrawn(offer, now=now)


def _make(
    request: ServiceRequest,
    ranked: Ranked,
    *,
    rank: int,
    by: Actor,
    now: datetime,
    role: Role = Role.RESPONDER,
) -> Offer:
    """Offer, event, deadline and outbound job in the caller's transaction."""
    answer_s = OFFER_S[Priority(request.priority)]
    offer = Offer.objects.create(
        request=request,
        worker_id=ranked.candidate.worker_id,
        role=role,
        rank=rank,
        score=ranked.score,
        eta_s=round(ranked.eta_s),
        distance_m=round(ranked.distance_m),
        reasons=[reason.as_json() for reason in ranked.reasons],
        made_at=now,
        expires_at=now + timedelta(seconds=answer_s),
    )
    transitions.advance(
        request,
        Kind.OFFER_MADE,
        to=State.OFFERED if role == Role.RESPONDER else None,
        by=by,
        now=now,
        data=_about(offer) | {"rank": rank, "score": offer.score},
    )
    clocks.arm(OFFER_CLOCK, after_s=answer_s, now=now, request=request, offer=offer)
    summons.ask(offer, now=now)
    pokes.after_commit(f"worker:{offer.worker_id}")
    return offer


def _end(
    offer_id: int, state: OfferState, kind: Kind, *, by: Actor, now: datetime, why: str = ""
) -> None:
    with transaction.atomic():
        offer, request = _held(offer_id)
        hit = Offer.objects.filter(pk=offer_id, state=OfferState.MADE).update(
            state=state, answered_at=now, answer=why[:200]
        )
        if not hit:
            if offer.state == state:
                return  # told twice, done once
            raise DispatchError("offer_over", _("This offer is over."), state=offer.state)
        capacity.give_back(offer.worker_id)
        transitions.advance(request, kind, by=by, now=now, data=_about(offer) | {"why": why})
        _over(offer, now=now)
        if request.state in SEARCHING and offer.role == Role.RESPONDER:
            transitions.wind(request, now=now, after_s=0)


def _held(offer_id: int) -> tuple[Offer, ServiceRequest]:
    """The offer as it stands under its request's lock."""
    request_id = Offer.objects.filter(pk=offer_id).values_list("request_id", flat=True).first()
    if request_id is None:
        raise DispatchError("not_found", _("There is no such offer."), http_status=404)
    request = transitions.hold(request_id)
    return Offer.objects.select_related("worker").get(pk=offer_id), request


def _over(offer: Offer, *, now: datetime) -> None:
    """An offer's clock, and its call or text, end with the offer."""
    clocks.clear(OFFER_CLOCK, offer=offer, now=now)
    summons.stop(offer, now=now)
    pokes.after_commit(f"worker:{offer.worker_id}")


def _nobody(request: ServiceRequest, *, now: datetime) -> None:
    if request.state == State.UNFILLED:
        return  # the desk has been told; the clock of UNFILLED tells it again
    transitions.advance(
        request,
        Kind.UNFILLED,
        to=State.UNFILLED,
        by=SYSTEM,
        now=now,
        data={"exclusions": len(request.exclusions)},
        sounds=request.sounds + 1,
    )
    notices.tell("unfilled", level="sos", now=now, request=request)


def _about(offer: Offer) -> dict[str, object]:
    worker = offer.worker
    return {
        "offer": offer.pk,
        "role": offer.role,
        "worker": {"id": worker.pk, "name": worker.name, "name_zh": worker.name_zh},
        "expires_at": offer.expires_at.isoformat(),
    }
