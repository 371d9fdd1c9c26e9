"""Assignments: a worker's way to the elder, told by the worker or for the worker."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from dispatch import assignments, selectors
from dispatch.actors import actor_of
from dispatch.api import telling
from dispatch.api.bodies import NO_EVIDENCE, NO_NOTE, NO_REASON, Arrival, Report, Why
from dispatch.api.fields import PathKey
from dispatch.api.kinds import actor, caller, found
from dispatch.api.paging import Page, Window, page
from dispatch.api.shapes import AssignmentShape
from dispatch.api.sight import Sight
from dispatch.models import Assignment
from dispatch.states import AssignmentState
from elders.models import User

router = Router(tags=["assignments"])


@router.get("", response=Page[AssignmentShape])
def list_assignments(
    request: HttpRequest,
    window: Query[Window],
    state: Annotated[list[AssignmentState], Query(default_factory=list)],
) -> Page[AssignmentShape]:
    """The desk's, a worker's own, or those of a provider's workers; newest first."""
    sight = Sight(caller(request), now=timezone.now())
    rows = selectors.assignments_for(sight.user)
    rows = rows.filter(state__in=state) if state else rows
    return page(rows, window, lambda row: telling.assignment(row, sight, row.request))


@router.get("/{assignment_id}", response=AssignmentShape)
def get_assignment(request: HttpRequest, assignment_id: PathKey) -> AssignmentShape:
    """`requests/<id>` tells what it is about, and `elders/<id>` whom, until it is cleared."""
    return _tell(caller(request), assignment_id)


@router.post("/{assignment_id}/depart", response=AssignmentShape)
def depart(request: HttpRequest, assignment_id: PathKey) -> AssignmentShape:
    """On the way."""
    user, now = actor(request), timezone.now()
    assignments.depart(_own(user, assignment_id).pk, by=actor_of(user), now=now)
    return _tell(user, assignment_id)


@router.post("/{assignment_id}/arrive", response=AssignmentShape)
def arrive(
    request: HttpRequest, assignment_id: PathKey, body: Arrival = NO_EVIDENCE
) -> AssignmentShape:
    """At the door. An operator who has it by telephone says so in `evidence`."""
    user, now = actor(request), timezone.now()
    assignments.arrive(
        _own(user, assignment_id).pk, by=actor_of(user), now=now, evidence=body.evidence
    )
    return _tell(user, assignment_id)


@router.post("/{assignment_id}/finish", response=AssignmentShape)
def finish(request: HttpRequest, assignment_id: PathKey, body: Report = NO_NOTE) -> AssignmentShape:
    """The work is done; the elder is asked to confirm it. 409 `not_arrived` before an arrival."""
    user, now = actor(request), timezone.now()
    assignments.finish(_own(user, assignment_id).pk, by=actor_of(user), now=now, note=body.note)
    return _tell(user, assignment_id)


@router.post("/{assignment_id}/release", response=AssignmentShape)
def release(request: HttpRequest, assignment_id: PathKey, body: Why = NO_REASON) -> AssignmentShape:
    """The worker falls away before arriving, and the next one is asked at once."""
    user, now = actor(request), timezone.now()
    assignments.release(_own(user, assignment_id).pk, by=actor_of(user), now=now, why=body.reason)
    return _tell(user, assignment_id)


def _own(user: User, assignment_id: int) -> Assignment:
    return found(selectors.assignments_for(user), pk=assignment_id)


def _tell(user: User, assignment_id: int) -> AssignmentShape:
    row = _own(user, assignment_id)
    return telling.assignment(row, Sight(user, now=timezone.now()), row.request)
