"""120, 110, 119 and other services: telling them is an act with a name, a time and a clock."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import clocks, emergencies, handover_calls, notices, transitions, whereabouts
from dispatch.actors import SYSTEM, actor_of
from dispatch.errors import DispatchError
from dispatch.models import Handover, ServiceRequest
from dispatch.states import Kind
from dispatch.timing import HANDOVER_S
from elders.models import User

HANDOVER_CLOCK = "handover"
SERVICES = {"120": "ambulance", "110": "police", "119": "fire"}


def make(
    request_id: int,
    *,
    service: str,
    by: User,
    now: datetime,
    number: str = "",
    reference: str = "",
    ring: bool = True,
) -> Handover:
    """Rings another service with a summary, notes it, and winds the clock until it confirms.

    120, 110 and 119 have the number of the place (`whereabouts.services`), not of our trunk, unless
    another one is named. Without `ring` somebody has told them already. Never waits for an offer.
    """
    with transaction.atomic():
        request = transitions.hold(request_id)
        if not request.is_open:
            raise DispatchError("wrong_state", _("This request has ended."), state=request.state)
        return begin(
            request,
            service=service,
            by=by,
            now=now,
            number=number,
            reference=reference,
            ring=ring,
        )


def begin(
    request: ServiceRequest,
    *,
    service: str,
    by: User | None,
    now: datetime,
    number: str = "",
    reference: str = "",
    ring: bool = True,
) -> Handover:
    """`make` for a request that is held already; `by` None: the house itself."""
    local = whereabouts.services(request)
    handover = Handover.objects.create(
        request=request,
        service=service,
        number=number or local.get(SERVICES.get(service, service), service),
        at=now,
        by=by,
        reference=reference,
    )
    transitions.advance(
        request,
        Kind.HANDOVER_MADE,
        by=actor_of(by) if by else SYSTEM,
        now=now,
        data={"handover": handover.pk, "service": service, "number": handover.number},
    )
    if ring:
        handover_calls.ring(handover, request, by=by, now=now)
    clocks.arm(HANDOVER_CLOCK, after_s=HANDOVER_S, now=now, request=request, handover=handover)
    if service == emergencies.AMBULANCE:
        clocks.clear(emergencies.AMBULANCE_CLOCK, request=request, now=now)
        notices.settle(request=request, code="call_ambulance", now=now)
    return handover


def end(
    handover_id: int, *, by: User, now: datetime, outcome: str, reference: str = ""
) -> Handover:
    """The other side confirmed, refused, or arrived: `outcome` says which. The clock stops."""
    with transaction.atomic():
        found = Handover.objects.filter(pk=handover_id).first()
        if found is None:
            raise DispatchError("not_found", _("There is no such hand-over."), http_status=404)
        request = transitions.hold(found.request_id)
        handover = Handover.objects.get(pk=handover_id)
        if handover.ended_at is None:
            handover.outcome, handover.ended_at = outcome, now
            handover.reference = reference or handover.reference
            handover.save()
            transitions.advance(
                request,
                Kind.HANDOVER_ENDED,
                by=actor_of(by),
                now=now,
                data={"handover": handover.pk, "service": handover.service, "outcome": outcome},
            )
            clocks.clear(HANDOVER_CLOCK, handover=handover, now=now)
            handover_calls.stop(handover, now=now)
            notices.settle(request=request, code="handover_unconfirmed", now=now)
        return handover
