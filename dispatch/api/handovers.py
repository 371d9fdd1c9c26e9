"""Hand-overs: 120, 110, 119 or another service was told, and what it said."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import handovers, selectors
from dispatch.api import telling
from dispatch.api.bodies import HandoverEnd, NewHandover
from dispatch.api.errors import NotFound
from dispatch.api.fields import PathKey
from dispatch.api.kinds import caller, desk, found
from dispatch.api.paging import Page, Window, page
from dispatch.api.shapes import HandoverShape
from dispatch.api.sight import Sight

router = Router(tags=["handovers"])


@router.get("/requests/{request_id}/handovers", response=Page[HandoverShape])
def list_handovers(
    request: HttpRequest, request_id: PathKey, window: Query[Window]
) -> Page[HandoverShape]:
    sight = Sight(caller(request), now=timezone.now())
    row = found(selectors.requests_for(sight.user, now=sight.now), pk=request_id)
    if not sight.elder_of(row):
        raise NotFound
    return page(row.handovers.select_related("by"), window, telling.handover)


@router.post("/requests/{request_id}/handovers", response={201: HandoverShape})
def make_handover(
    request: HttpRequest, request_id: PathKey, body: NewHandover
) -> Status[HandoverShape]:
    """The service is rung and hears a summary; a clock runs until it confirms."""
    user, now = desk(request), timezone.now()
    found(selectors.requests_for(user), pk=request_id)
    made = handovers.make(
        request_id,
        service=body.service,
        number=body.number,
        reference=body.reference,
        ring=not body.reference if body.ring is None else body.ring,
        by=user,
        now=now,
    )
    return Status(201, telling.handover(made))


@router.post("/handovers/{handover_id}/end", response=HandoverShape)
def end_handover(request: HttpRequest, handover_id: PathKey, body: HandoverEnd) -> HandoverShape:
    """The other side confirmed, refused or arrived: `outcome` says which."""
    user, now = desk(request), timezone.now()
    found(selectors.handovers_for(user), pk=handover_id)
    ended = handovers.end(
        handover_id, by=user, now=now, outcome=body.outcome, reference=body.reference
    )
    return telling.handover(ended)
