"""What may be done to a request; each answers with the request as it then is."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from dispatch import closing, intake, notes, ownership, selectors
from dispatch.actors import actor_of
from dispatch.api.bodies import NO_REASON, Closing, Note, Reopening, Why
from dispatch.api.errors import Forbidden
from dispatch.api.fields import PathKey
from dispatch.api.kinds import actor, desk, found
from dispatch.api.requests import tell
from dispatch.api.shapes import RequestShape
from dispatch.models import ServiceRequest
from dispatch.selectors import requests_for
from elders import roles
from elders.models import User

router = Router(tags=["requests"])


@router.post("/{request_id}/cancel", response=RequestShape)
def cancel_request(
    request: HttpRequest, request_id: PathKey, body: Why = NO_REASON
) -> RequestShape:
    """Not needed any more: an operator, or the elder herself. Never an emergency."""
    user, now = actor(request), timezone.now()
    row = _own(user, request_id)
    closing.cancel(row.pk, by=actor_of(user), now=now, reason=body.reason)
    return tell(user, request_id)


@router.post("/{request_id}/close", response=RequestShape)
def close_request(request: HttpRequest, request_id: PathKey, body: Closing) -> RequestShape:
    """An operator ends it, with how it ended and, for an emergency, on what evidence."""
    user, now = desk(request), timezone.now()
    row = found(requests_for(user), pk=request_id)
    closing.close(
        row.pk,
        by=actor_of(user),
        now=now,
        disposition=body.disposition,
        reason=body.reason,
        seen_by=body.seen_by,
        seq=body.seq,
    )
    return tell(user, request_id)


@router.post("/{request_id}/escalate", response=RequestShape)
def escalate_request(
    request: HttpRequest, request_id: PathKey, body: Why = NO_REASON
) -> RequestShape:
    """Makes it an emergency: an operator, the elder herself, or the worker who is with her."""
    user, now = actor(request), timezone.now()
    row = found(requests_for(user), pk=request_id)
    going = selectors.active_assignment(row)
    if not (going and going.worker.user_id == user.pk):
        row = _own(user, request_id)
    intake.escalate(row.pk, by=actor_of(user), now=now, reason=body.reason)
    return tell(user, request_id)


@router.post("/{request_id}/claim", response=RequestShape)
def claim_request(request: HttpRequest, request_id: PathKey) -> RequestShape:
    """An operator takes it, as long as a console of hers is alive; 409 names who has it."""
    user, now = desk(request), timezone.now()
    row = found(requests_for(user), pk=request_id)
    ownership.claim(row.pk, by=user, now=now)
    return tell(user, request_id)


@router.post("/{request_id}/confirm", response=RequestShape)
def confirm_request(request: HttpRequest, request_id: PathKey) -> RequestShape:
    """The need is met: the elder's word, or an operator's who has it from her."""
    user, now = actor(request), timezone.now()
    row = _own(user, request_id)
    closing.confirm(row.pk, by=actor_of(user), now=now)
    return tell(user, request_id)


@router.post("/{request_id}/reopen", response=RequestShape)
def reopen_request(request: HttpRequest, request_id: PathKey, body: Reopening) -> RequestShape:
    """The need is not met after all: an operator has somebody looked for again."""
    user, now = desk(request), timezone.now()
    row = found(requests_for(user), pk=request_id)
    closing.reopen(row.pk, by=actor_of(user), now=now, reason=body.reason)
    return tell(user, request_id)


@router.post("/{request_id}/notes", response=RequestShape)
def note_request(request: HttpRequest, request_id: PathKey, body: Note) -> RequestShape:
    """An operator writes something into the log."""
    user, now = desk(request), timezone.now()
    row = found(requests_for(user), pk=request_id)
    notes.write(row.pk, body.text, by=actor_of(user), now=now)
    return tell(user, request_id)


def _own(user: User, request_id: int) -> ServiceRequest:
    """The request, if the caller is an operator or the elder it is about."""
    row = found(requests_for(user), pk=request_id)
    if roles.is_operator(user) or (row.elder and row.elder.user_id == user.pk):
        return row
    raise Forbidden
