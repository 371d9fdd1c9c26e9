"""A worker's way to the elder: depart, arrive, finish, or fall away."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import checklists, distress, notices, pictures, proofs, transitions
from dispatch.actors import SYSTEM, Actor
from dispatch.errors import DispatchError
from dispatch.live import pokes
from dispatch.models import Assignment, ServiceRequest
from dispatch.pictures import UNSIGNED, Signing
from dispatch.presses import LATE
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, Kind, Role, State
from dispatch.timing import LATE_AT_LEAST_S, LATE_FACTOR
from providers import capacity

A = AssignmentState


def depart(
    assignment_id: int, *, by: Actor, now: datetime, at: datetime | None = None
) -> Assignment:
    """On the way. Told twice is done once; DispatchError when the visit has ended.

    `at`, here and below, is when it was, where that is told later: the log keeps both times.
    """
    with transaction.atomic():
        assignment, request = _held(assignment_id)
        if assignment.state == A.ASSIGNED:
            _step(
                assignment,
                request,
                A.EN_ROUTE,
                Kind.DEPARTED,
                State.EN_ROUTE,
                by=by,
                now=now,
                at=at,
            )
            _expect(assignment, request, now=now)
            notices.settle(request=request, code="not_departed", now=now)
        return assignment


def arrive(
    assignment_id: int,
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
    evidence: str = "",
    typed: str = "",
) -> Assignment:
    """At the door. `evidence` says how it is known, when an operator records it for the worker;
    `typed` is a card's number or the code of the visit (`proofs`), which counts also where the
    arrival is known already."""
    with transaction.atomic():
        assignment, request = _held(assignment_id)
        if assignment.state == A.ON_SCENE and typed:
            proofs.prove(assignment.pk, typed, by=by, now=now)
        if assignment.state == A.ASSIGNED:
            _step(
                assignment,
                request,
                A.EN_ROUTE,
                Kind.DEPARTED,
                State.EN_ROUTE,
                by=by,
                now=now,
                at=at,
            )
        if assignment.state == A.EN_ROUTE:
            if by == SYSTEM:
                assignment.proof = proofs.POSITION  # `arriving`
            elif by.kind == "worker":
                assignment.proof = proofs.of_arrival(assignment, typed, now=now)
            _step(
                assignment,
                request,
                A.ON_SCENE,
                Kind.ARRIVED,
                State.ON_SCENE,
                by=by,
                now=now,
                at=at,
                evidence=evidence,
                proof=assignment.proof,
            )
            notices.settle(request=request, code__in=["not_departed", "late"], now=now)
        return assignment


def finish(
    assignment_id: int,
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
    note: str = "",
    done: Collection[str] = (),
    signing: Signing = UNSIGNED,
) -> Assignment:
    """The work is done; the elder is asked to confirm. Needs an arrival first.

    `done` are the tasks that were ticked, by their keys; `signing` is how she signed.
    """
    with transaction.atomic():
        assignment, request = _held(assignment_id, ended=A.CLEARED)
        if assignment.state == A.CLEARED:
            return assignment
        if assignment.state != A.ON_SCENE:
            raise DispatchError(
                "not_arrived", _("Record the arrival first."), state=assignment.state
            )
        capacity.give_back(assignment.worker_id)
        assignment.note = note
        assignment.tasks = checklists.ticked(request, done)
        pictures.sign(assignment, signing, now=now, at=at)
        _step(
            assignment,
            request,
            A.CLEARED,
            Kind.FINISHED,
            State.DONE,
            by=by,
            now=now,
            at=at,
            note=note,
            signed=signing.how,
        )
        distress.settle(request, now=now)
        return assignment


def release(
    assignment_id: int, *, by: Actor, now: datetime, why: str, at: datetime | None = None
) -> None:
    """The worker falls away before arriving; the next one is asked at once."""
    with transaction.atomic():
        assignment, request = _held(assignment_id, ended=A.RELEASED)
        if assignment.state == A.RELEASED:
            return
        if assignment.state == A.ON_SCENE:
            raise DispatchError("on_scene", _("The worker is there: finish the visit instead."))
        capacity.give_back(assignment.worker_id)
        assignment.note = why
        _step(
            assignment,
            request,
            A.RELEASED,
            Kind.RELEASED,
            State.OFFERED,
            by=by,
            now=now,
            at=at,
            why=why,
        )
        if assignment.role == Role.RESPONDER:
            notices.settle(request=request, code__in=["not_departed", "late"], now=now)
            transitions.wind(request, now=now, after_s=0)


def let_go(request: ServiceRequest, *, by: Actor, now: datetime, why: str) -> None:
    """Ends every commitment of a held request that is being closed or cancelled."""
    for assignment in request.assignments.filter(state__in=ACTIVE_ASSIGNMENTS).order_by(
        "worker_id"
    ):
        capacity.give_back(assignment.worker_id)
        assignment.note = why
        end, kind = (
            (A.CLEARED, Kind.FINISHED)
            if assignment.state == A.ON_SCENE
            else (A.RELEASED, Kind.RELEASED)
        )
        _step(assignment, request, end, kind, None, by=by, now=now, why=why, ends="request")


STAMP = {
    A.EN_ROUTE: "en_route_at",
    A.ON_SCENE: "on_scene_at",
    A.CLEARED: "cleared_at",
    A.RELEASED: "cleared_at",
}


def _step(
    assignment: Assignment,
    request: ServiceRequest,
    end: AssignmentState,
    kind: Kind,
    to: State | None,
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
    **data: str,
) -> None:
    """Moves the assignment and logs it; only the responder moves the request with it."""
    happened = _between(assignment, at, now=now)
    if now - happened > LATE:
        data["pressed_at"] = happened.isoformat()
    assignment.state = end
    setattr(assignment, STAMP[end], happened)
    assignment.save()
    worker = assignment.worker
    transitions.advance(
        request,
        kind,
        to=to if assignment.role == Role.RESPONDER else None,
        by=by,
        now=now,
        data={
            "assignment": assignment.pk,
            "role": assignment.role,
            "worker": {"id": worker.pk, "name": worker.name, "name_zh": worker.name_zh},
        }
        | {key: value for key, value in data.items() if value},
    )
    pokes.after_commit(f"worker:{worker.pk}")


def _between(assignment: Assignment, at: datetime | None, *, now: datetime) -> datetime:
    """When it happened: as told, but never before the step ahead of it, and never to come."""
    stamps = (assignment.assigned_at, assignment.en_route_at, assignment.on_scene_at)
    return min(now, max(filter(None, [*stamps, at or now])))


def _expect(assignment: Assignment, request: ServiceRequest, *, now: datetime) -> None:
    """Late is measured by what the offer said: the next street is not the next valley."""
    if assignment.offer and assignment.role == Role.RESPONDER:
        late_s = max(LATE_AT_LEAST_S, assignment.offer.eta_s * LATE_FACTOR)
        transitions.wind(request, now=now, after_s=late_s)


def _held(
    assignment_id: int, *, ended: AssignmentState | None = None
) -> tuple[Assignment, ServiceRequest]:
    """The assignment under its request's lock; one that has ended otherwise than `ended` is 409."""
    request_id = (
        Assignment.objects.filter(pk=assignment_id).values_list("request_id", flat=True).first()
    )
    if request_id is None:
        raise DispatchError("not_found", _("There is no such assignment."), http_status=404)
    request = transitions.hold(request_id)
    assignment = Assignment.objects.select_related("worker", "offer").get(pk=assignment_id)
    if assignment.state not in ACTIVE_ASSIGNMENTS and assignment.state != ended:
        raise DispatchError("visit_over", _("This visit has ended."), state=assignment.state)
    return assignment, request
