"""A house decides itself which of its workers goes: for an offer, and for a visit not yet begun.

Both verbs are the usual ones in one transaction: either the other worker has it afterwards, or
nothing has changed and the error says why.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import assignments, offers, summons, transitions
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import Assignment, Offer, ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, OfferState, Role
from providers.models import Worker


def answer(offer_id: int, worker_id: int, *, by: Actor, now: datetime) -> Assignment:
    """Accepts an open offer of the house for `worker_id`: who was asked, or a colleague who can go.

    DispatchError `offer_over`, `already_taken`, `not_available`, or `other_house`.
    """
    with transaction.atomic():
        request = _held(Offer.objects.filter(pk=offer_id).first())
        offer = Offer.objects.select_related("worker").get(pk=offer_id)
        _same_house(offer.worker, worker_id)
        asked = request.offers.filter(state=OfferState.MADE)
        _hold_workers({worker_id, *asked.values_list("worker_id", flat=True)})
        if offer.state == OfferState.ACCEPTED and offer.worker_id == worker_id:
            return Assignment.objects.get(offer=offer)  # told twice, done once
        if offer.state != OfferState.MADE or offer.expires_at <= now:
            raise DispatchError("offer_over", _("This offer is over."), state=offer.state)
        own = asked.filter(worker=worker_id, role=offer.role).first() or offers.offer_to(
            request.pk, worker_id, role=Role(offer.role), seq=None, by=by, now=now
        )
        going = offers.accept(own.pk, by=by, now=now)
        summons.tell_sent(going, now=now)
        return going


def hand_over(
    assignment_id: int, worker_id: int, *, by: Actor, now: datetime, why: str = ""
) -> Assignment:
    """Another worker of the same house takes a visit over, before anybody has arrived.

    DispatchError `visit_over`, `on_scene`, `not_available`, or `other_house`.
    """
    with transaction.atomic():
        request = _held(Assignment.objects.filter(pk=assignment_id).first())
        going = Assignment.objects.select_related("worker", "offer").get(pk=assignment_id)
        if going.state not in ACTIVE_ASSIGNMENTS:
            raise DispatchError("visit_over", _("This visit has ended."), state=going.state)
        if going.worker_id == worker_id:
            return going
        _same_house(going.worker, worker_id)
        _hold_workers({worker_id, going.worker_id})
        assignments.release(going.pk, by=by, now=now, why=why or _("A colleague goes"))
        made = offers.offer_to(
            request.pk, worker_id, role=Role(going.role), seq=None, by=by, now=now
        )
        instead = offers.accept(made.pk, by=by, now=now)
        if going.offer:
            summons.tell_withdrawn(going.offer, now=now)
        summons.tell_sent(instead, now=now)
        return instead


def _held(found: Offer | Assignment | None) -> ServiceRequest:
    """The request of what was found, locked; the row must be read again under the lock."""
    if found is None:
        raise DispatchError("not_found", _("There is nothing here."), http_status=404)
    return transitions.hold(found.request_id)


def _same_house(worker: Worker, worker_id: int) -> None:
    if not Worker.objects.filter(pk=worker_id, provider=worker.provider_id).exists():
        raise DispatchError("other_house", _("This worker belongs to another house."))


def _hold_workers(ids: Iterable[int]) -> None:
    """Their rows, by id, before any of them is written: two houses that swap cannot deadlock."""
    rows = Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids))
    list(rows.order_by("pk").values_list("pk", flat=True))
