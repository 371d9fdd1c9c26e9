"""How we know that a worker is really with her: her card, the code she says, or the own position.

Without a proof an arrival counts all the same: a press must never be lost to a slip of the finger.
It is then the worker's word, and the log says which of these it is.
"""

from datetime import datetime
from hmac import compare_digest

from django.db import transaction
from django.db.models import F

from dispatch import transitions, whereabouts
from dispatch.actors import Actor
from dispatch.models import Assignment
from dispatch.states import AssignmentState, Kind
from dispatch.timing import ETA_FIX_MAX_AGE_S
from elders.fields import search_hashes
from tracking import geo

CARD, CODE, POSITION = "card", "code", "position"
NEAR_M = 150.0  # of the door, with the error of a telephone between houses
TRIES = 5  # after that only a person at the desk may say so: four digits can be guessed


def code_of(visit: Assignment) -> str:
    """Four digits for this visit alone, which she reads out at the door; nothing is stored."""
    return _codes(visit)[0]


def of_arrival(visit: Assignment, typed: str, *, now: datetime) -> str:
    """What proves the arrival, "" for nothing. What was typed comes before the position."""
    if typed and (said := _said(visit, typed)):
        return said
    return POSITION if _is_near(visit, now=now) else ""


def prove(visit_id: int, typed: str, *, by: Actor, now: datetime) -> bool:
    """A proof after the arrival; whether it holds. A wrong one counts."""
    with transaction.atomic():
        visit = Assignment.objects.select_related("request__elder").get(pk=visit_id)
        request = transitions.hold(visit.request_id)
        if not may_prove(visit):
            return False
        proof = _said(visit, typed)
        if not proof:
            Assignment.objects.filter(pk=visit.pk).update(proof_tries=F("proof_tries") + 1)
            return False
        Assignment.objects.filter(pk=visit.pk).update(proof=proof)
        transitions.advance(request, Kind.NOTED, by=by, now=now, data={"proof": proof})
        return True


def may_prove(visit: Assignment) -> bool:
    there = visit.state == AssignmentState.ON_SCENE
    return there and visit.proof not in (CARD, CODE) and visit.proof_tries < TRIES


def _said(visit: Assignment, typed: str) -> str:
    """Whether this is the code of the visit, or the number of her card."""
    plain = "".join(typed.split())
    if any(compare_digest(plain.encode(), code.encode()) for code in _codes(visit)):
        return CODE
    kept = [elder.card_number_hash for elder in visit.request.people if elder.card_number_hash]
    return CARD if plain and any(known in kept for known in search_hashes(plain)) else ""


def _codes(visit: Assignment) -> list[str]:
    """By every key that is in force, the present one first."""
    return [f"{int(found, 16) % 10_000:04d}" for found in search_hashes(f"arrival {visit.pk}")]


def _is_near(visit: Assignment, *, now: datetime) -> bool:
    worker, there = visit.worker, whereabouts.present(visit.request, now=now)
    if there is None or worker.lat is None or worker.lon is None or worker.position_at is None:
        return False
    if (now - worker.position_at).total_seconds() > ETA_FIX_MAX_AGE_S:
        return False
    return geo.distance_m(worker.lat, worker.lon, there["lat"], there["lon"]) <= NEAR_M
