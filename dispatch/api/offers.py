"""Offers: made to a named candidate by an operator, answered by the worker or for the worker."""

from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import offers, selectors
from dispatch.actors import actor_of
from dispatch.api import telling
from dispatch.api.bodies import NO_REASON, NewOffer, Why
from dispatch.api.fields import PathKey
from dispatch.api.kinds import actor, caller, desk, found
from dispatch.api.paging import Page, Window, page
from dispatch.api.shapes import OfferShape
from dispatch.api.sight import Sight
from dispatch.models import Offer
from dispatch.states import OfferState
from elders.models import User

router = Router(tags=["offers"])


@router.get("/offers", response=Page[OfferShape])
def list_offers(
    request: HttpRequest,
    window: Query[Window],
    state: Annotated[list[OfferState], Query(default_factory=list)],
) -> Page[OfferShape]:
    """The desk's, or those made to the caller; newest first."""
    user = caller(request)
    rows = selectors.offers_for(user)
    return _page(user, rows.filter(state__in=state) if state else rows, window)


@router.get("/requests/{request_id}/offers", response=Page[OfferShape])
def list_offers_of_request(
    request: HttpRequest, request_id: PathKey, window: Query[Window]
) -> Page[OfferShape]:
    user = caller(request)
    found(selectors.requests_for(user), pk=request_id)
    return _page(user, selectors.offers_for(user).filter(request=request_id), window)


@router.post("/requests/{request_id}/offers", response={201: OfferShape})
def make_offer(request: HttpRequest, request_id: PathKey, body: NewOffer) -> Status[OfferShape]:
    """409 `stale` with the `seq` of now when the request moved since its candidates were drawn,
    409 `not_available` when the worker cannot be sent any more."""
    user, now = desk(request), timezone.now()
    found(selectors.requests_for(user), pk=request_id)
    made = offers.offer_to(
        request_id, body.worker, role=body.role, seq=body.seq, by=actor_of(user), now=now
    )
    return Status(201, _tell(user, made.pk))


@router.get("/offers/{offer_id}", response=OfferShape)
def get_offer(request: HttpRequest, offer_id: PathKey) -> OfferShape:
    return _tell(caller(request), offer_id)


@router.post("/offers/{offer_id}/accept", response=OfferShape)
def accept_offer(request: HttpRequest, offer_id: PathKey) -> OfferShape:
    """One winner a role; 409 `already_taken` for the others."""
    user, now = actor(request), timezone.now()
    offer = found(selectors.offers_for(user), pk=offer_id)
    offers.accept(offer.pk, by=actor_of(user), now=now)
    return _tell(user, offer_id)


@router.post("/offers/{offer_id}/decline", response=OfferShape)
def decline_offer(request: HttpRequest, offer_id: PathKey, body: Why = NO_REASON) -> OfferShape:
    """The next one is asked at once."""
    user, now = actor(request), timezone.now()
    offer = found(selectors.offers_for(user), pk=offer_id)
    offers.decline(offer.pk, by=actor_of(user), now=now, why=body.reason)
    return _tell(user, offer_id)


def _page(user: User, rows: QuerySet[Offer], window: Window) -> Page[OfferShape]:
    sight = Sight(user, now=timezone.now())
    return page(rows, window, lambda row: telling.offer(row, sight))


def _tell(user: User, offer_id: int) -> OfferShape:
    sight = Sight(user, now=timezone.now())
    return telling.offer(found(selectors.offers_for(user), pk=offer_id), sight)
