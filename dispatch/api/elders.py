"""Elders: who they are, where, who is around them, and who has looked."""

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from dispatch import whereabouts
from dispatch.api import portrait
from dispatch.api.errors import Forbidden, NotFound
from dispatch.api.fields import PathKey, QueryWord
from dispatch.api.kinds import caller, found
from dispatch.api.paging import Page, Window, page
from dispatch.api.shapes import EstimateShape
from dispatch.api.shapes_people import (
    AccessShape,
    ContactShape,
    DeviceShape,
    ElderName,
    ElderShape,
)
from dispatch.api.sight import Sight
from elders import selectors
from elders.models import Elder, LineHolder
from tracking.selectors import devices_for, devices_of

router = Router(tags=["elders"])


@router.get("", response=Page[ElderName])
def list_elders(request: HttpRequest, window: Query[Window], q: QueryWord) -> Page[ElderName]:
    """Names only. `q` is a name's beginning, or a telephone, identity or card number."""
    sight = Sight(caller(request), now=timezone.now())
    rows = _seen(sight)
    if q:
        rows = rows.filter(pk__in=selectors.find(sight.user, q, now=sight.now).values("pk"))
    return page(rows, window, portrait.name)


@router.get("/{elder_id}", response=ElderShape)
def get_elder(request: HttpRequest, elder_id: PathKey) -> ElderShape:
    """As much as the caller may see; the rest is null."""
    sight = Sight(caller(request), now=timezone.now())
    elder = _one(sight, elder_id)
    sight.look(elder, what="record")
    return portrait.whole(elder, sight)


@router.get("/{elder_id}/location", response=EstimateShape)
def get_location(request: HttpRequest, elder_id: PathKey) -> EstimateShape:
    """The best estimate of where she is, with its age and error; 404 `no_place` without any."""
    sight = Sight(caller(request), now=timezone.now())
    elder = _one(sight, elder_id)
    if not sight.whereabouts_of(elder):
        raise Forbidden
    sight.look(elder, what="location")
    estimate = whereabouts.best(elder, now=sight.now)
    if estimate is None:
        raise NotFound({"location": "nothing is known of where she is"})
    return portrait.estimate(whereabouts.in_words(estimate))


@router.get("/{elder_id}/contacts", response=Page[ContactShape])
def list_contacts(
    request: HttpRequest, elder_id: PathKey, window: Query[Window]
) -> Page[ContactShape]:
    """Everybody around her, in the order to ring them: for the desk and herself."""
    sight = Sight(caller(request), now=timezone.now())
    elder = _one(sight, elder_id)
    if not (sight.desk or sight.is_herself(elder)):
        raise Forbidden
    sight.look(elder, what="contacts")
    contacts = selectors.contacts(elder)[: window.limit]
    return {"items": [portrait.contact(one) for one in contacts], "next": None}


@router.get("/{elder_id}/devices", response=Page[DeviceShape])
def list_devices(
    request: HttpRequest, elder_id: PathKey, window: Query[Window]
) -> Page[DeviceShape]:
    """What she carries, with its last position."""
    sight = Sight(caller(request), now=timezone.now())
    elder = _one(sight, elder_id)
    if not sight.whereabouts_of(elder):
        raise Forbidden
    sight.look(elder, what="devices")
    rows = devices_for(sight.user, now=sight.now)
    hers = rows.filter(pk__in=devices_of(elder, now=sight.now).values("pk"))
    return page(hers, window, lambda device: portrait.device(device, sight))


@router.get("/{elder_id}/access-log", response=Page[AccessShape])
def list_accesses(
    request: HttpRequest, elder_id: PathKey, window: Query[Window]
) -> Page[AccessShape]:
    """Who looked at her data, newest first. What safeguarding seals, only supervisors see."""
    sight = Sight(caller(request), now=timezone.now())
    elder = _one(sight, elder_id)
    sight.look(elder, what="access log")
    entries = selectors.accesses_for(sight.user, elder, now=sight.now)
    return page(entries, window, portrait.access)


def _seen(sight: Sight) -> QuerySet[Elder]:
    holdings = Prefetch("holdings", LineHolder.objects.select_related("line"))
    return Elder.objects.filter(sight.elders()).select_related("grid").prefetch_related(holdings)


def _one(sight: Sight, elder_id: int) -> Elder:
    return found(_seen(sight), pk=elder_id)
