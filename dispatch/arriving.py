"""Who stands at her door has arrived, also where nobody pressed so: the way a zone is entered.

Never in an emergency: there the clock that asks whether somebody is with her runs until a person
says so, for a telephone before a locked door is no help.
"""

import logging
from datetime import datetime, timedelta

from dispatch import assignments
from dispatch.actors import SYSTEM
from dispatch.errors import DispatchError
from dispatch.models import Assignment
from dispatch.states import AssignmentState, Priority, Role, State
from dispatch.timing import ETA_FIX_MAX_AGE_S
from tracking import geo, trails

log = logging.getLogger(__name__)

DOOR_M = 60.0  # with the error of the fix: less than the next street is away
STAY = timedelta(seconds=120)  # who waits at a traffic light goes on sooner


def sweep(*, now: datetime) -> int:
    """Records the arrival of everybody who is there; returns how many."""
    fresh = now - timedelta(seconds=ETA_FIX_MAX_AGE_S)
    under_way = Assignment.objects.filter(
        state=AssignmentState.EN_ROUTE,
        role=Role.RESPONDER,
        request__state=State.EN_ROUTE,
        worker__position_at__gte=fresh,
    )
    everyday = under_way.exclude(request__priority=Priority.EMERGENCY)
    return sum(
        _arrived(visit, now=now)
        for visit in everyday.select_related("request", "worker")
        if is_there(visit, now=now)
    )


def is_there(visit: Assignment, *, now: datetime) -> bool:
    """Whether the last fixes are all at the door, and two minutes lie between them.

    What is not heard counts for nothing: two fixes in passing, and then silence, are no stay.
    """
    door, worker = visit.request.estimate, visit.worker
    if not door or worker.lat is None or worker.lon is None:
        return False
    if geo.distance_m(worker.lat, worker.lon, door["lat"], door["lon"]) > DOOR_M:
        return False  # as nearly always: no more is read
    newest = None
    for fix in trails.back(worker, since=visit.en_route_at or now, now=now):
        away_m = geo.distance_m(fix.lat, fix.lon, door["lat"], door["lon"])
        if away_m + (fix.accuracy_m or DOOR_M) > DOOR_M:
            break
        newest = newest or fix.at
        if newest - fix.at >= STAY:
            return True
    return False


def _arrived(visit: Assignment, *, now: datetime) -> bool:
    """Whoever pressed, or fell away, at this moment was first."""
    try:
        assignments.arrive(visit.pk, by=SYSTEM, now=now)
    except DispatchError:
        log.info("no arrival by position: the visit has ended", extra={"visit": visit.pk})
        return False
    return True
