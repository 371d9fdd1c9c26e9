"""What happens when nothing happens: the sweep that fires due deadlines, and what each does.

Any number of processes may sweep at once: a deadline is claimed by a conditional UPDATE in the
transaction that acts on it. One that our own software fails to act on is tried again, later and
later, and after five times a person is told.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from dispatch import (
    answering,
    canaries,
    checkins,
    chores,
    clocks,
    closing,
    conversation,
    distress,
    emergencies,
    hotline,
    notices,
    offers,
    ownership,
    stranded,
    summons,
    surge,
    surveys,
    transitions,
)
from dispatch.actors import SYSTEM
from dispatch.handovers import HANDOVER_CLOCK
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import Disposition, Priority, State
from dispatch.timing import CONFIRM_S, HANDOVER_S, NAG_S, REPEAT_S
from telephony import agents, desk, inbound, recordings, script
from tracking import alarms, zones

log = logging.getLogger(__name__)
TELL_AFTER_FAILURES = 5
CRIES = (alarms.hand_over_waiting, stranded.sweep)
BELOW = (
    *(desk.lapse_leases, agents.lapse, recordings.sweep, inbound.fall_silent),
    *(zones.fire_due, hotline.watch_forgotten, surge.watch),
)


def fire_due(*, now: datetime, limit: int = 50) -> int:
    """Does what is due, oldest first; returns how much that was. Safe in any number of processes.

    Alarms that could not be handed over come first, then the clocks, at most `limit` so that what
    follows is not kept waiting, then the lower layers' own (an operator's lease, a caller's
    silence).
    """
    done = chores.do(CRIES, now=now)
    due = Deadline.objects.filter(RUNNING, due_at__lte=now).order_by("due_at", "id")
    done += sum(fire(pk, now=now) for pk in due.values_list("pk", flat=True)[:limit])
    return done + chores.do(BELOW, now=now)


def fire(deadline_id: int, *, now: datetime) -> bool:
    """Fires one deadline if it is still running and due; False when somebody else has, or is at
    it: sweeps that meet pass each other, and what one leaves the next finds."""
    try:
        with transaction.atomic():
            mine = Deadline.objects.filter(RUNNING, pk=deadline_id, due_at__lte=now)
            deadline = mine.first()
            if deadline is None:
                return False
            # The order of locks: the request or the call first, then everything that hangs on it.
            request = transitions.hold_if_free(deadline.request_id) if deadline.request_id else None
            if deadline.request_id and request is None:
                return False
            if deadline.checkin_id and not checkins.hold(deadline.checkin_id, skip_locked=True):
                return False
            if deadline.call_id:
                script.locked(deadline.call_id)
            as_read = mine.filter(due_at=deadline.due_at, rounds=deadline.rounds)
            if not as_read.update(fired_at=now):  # wound anew before the lock was ours
                return False
            if request is not None:
                REQUEST_CLOCKS[deadline.kind](request, deadline, now=now)
            else:
                DESK_CLOCKS[deadline.kind](deadline, now=now)
            return True
    except Exception:
        log.exception("deadline failed", extra={"deadline": deadline_id})
        _postpone(deadline_id, now=now)
        return False


def _postpone(deadline_id: int, *, now: datetime) -> None:
    """A fault of ours must neither lose a deadline nor keep the sweep from the others."""
    deadline = Deadline.objects.get(pk=deadline_id)
    again = now + timedelta(seconds=min(60, 2**deadline.failures))
    Deadline.objects.filter(pk=deadline_id).update(failures=F("failures") + 1, due_at=again)
    if deadline.failures + 1 == TELL_AFTER_FAILURES:
        subjects = {name: getattr(deadline, name) for name in ("request", "call", "callback")}
        about = {name: row for name, row in subjects.items() if row}
        notices.tell("software", level="sos", now=now, data={"kind": deadline.kind}, **about)


# --- the clock of each state -----------------------------------------------------------------


def _state(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    state, priority = State(request.state), Priority(request.priority)
    if request.source == canaries.CANARY:
        closing.close(request.pk, by=SYSTEM, now=now, disposition=Disposition.TEST)
    elif state in offers.SEARCHING:
        _search(request, deadline, now=now)
    elif state == State.DONE:
        _unconfirmed(request, deadline, now=now)
    elif state == State.ON_SCENE:
        distress.overdue(request, rounds=deadline.rounds, now=now)
    else:
        code = {State.ASSIGNED: "not_departed", State.EN_ROUTE: "late"}
        level = "sos" if request.is_emergency else "warn"
        notices.tell(code[state], level=level, now=now, request=request)
        transitions.wind(request, now=now, after_s=NAG_S[priority], rounds=deadline.rounds + 1)


def _search(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    """Invites the next; where nobody is left the desk is told, and told again."""
    if notice := surveys.waits_for_a_person(request):
        notices.tell(notice.code, level=notice.level, data=notice.data, now=now, request=request)
        transitions.wind(request, now=now, rounds=deadline.rounds + 1)
        return
    seq = request.seq
    offers.make_next(request.pk, now=now)
    request.refresh_from_db()
    if request.state != State.UNFILLED or request.seq != seq:
        _keep_searching(request, now=now)
        return
    unread = request.source == ServiceRequest.Source.TEXT and not request.offers.exists()
    notices.tell("unread" if unread else "unfilled", level="sos", now=now, request=request)
    transitions.wind(request, now=now, rounds=deadline.rounds + 1)


def _keep_searching(request: ServiceRequest, *, now: datetime) -> None:
    """The net under the net: however the round went, a searching request keeps a clock."""
    running = Deadline.objects.filter(RUNNING, request=request, kind=transitions.STATE_CLOCK)
    if request.is_open and not running.exists():
        transitions.wind(request, now=now, after_s=1)


def _unconfirmed(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    """DONE: first the elder is rung; if that leads to nothing a person takes over."""
    if (
        deadline.rounds == 0
        and not request.is_emergency
        and summons.ask_confirmation(request, now=now)
    ):
        transitions.wind(request, now=now, after_s=CONFIRM_S, rounds=1)
        return
    notices.tell("not_confirmed", now=now, request=request)
    repeat_s = REPEAT_S[Priority(request.priority)]
    transitions.wind(request, now=now, after_s=repeat_s, rounds=deadline.rounds + 1)


# --- the other clocks of a request -----------------------------------------------------------


def _offer(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    if deadline.offer_id:
        offers.expire(deadline.offer_id, now=now)


def _handover(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    notices.tell("handover_unconfirmed", level="sos", now=now, request=request)
    clocks.arm(
        HANDOVER_CLOCK,
        after_s=HANDOVER_S,
        now=now,
        request=request,
        handover=deadline.handover,
        rounds=deadline.rounds + 1,
    )


def _lease(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    if request.owner_until is not None and request.owner_until > now:
        left_s = (request.owner_until - now).total_seconds()
        clocks.arm(ownership.LEASE_CLOCK, after_s=left_s, now=now, request=request)
        return
    ownership.give_back(request.pk, now=now, why="no live console")


def _unclaimed(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    if request.owner_id is None:
        notices.tell("unclaimed", level="sos", now=now, request=request)
        ServiceRequest.objects.filter(pk=request.pk).update(sounds=F("sounds") + 1)
        ownership.watch_unclaimed(request, now=now, rounds=deadline.rounds + 1)


def _voice(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    emergencies.seek_voice(request, rounds=deadline.rounds, now=now)


def _ambulance(request: ServiceRequest, deadline: Deadline, *, now: datetime) -> None:
    emergencies.ask_for_ambulance(request, now=now, rounds=deadline.rounds)


# --- the clocks of the desk ------------------------------------------------------------------


def _callback(deadline: Deadline, *, now: datetime) -> None:
    callback = deadline.callback
    if callback is None or callback.reached_at is not None:
        return
    notices.tell("callback_due", now=now, callback=callback)
    answering.watch_callback(callback, now=now, rounds=deadline.rounds + 1)


REQUEST_CLOCKS: dict[str, Callable[..., None]] = {
    transitions.STATE_CLOCK: _state,
    offers.OFFER_CLOCK: _offer,
    HANDOVER_CLOCK: _handover,
    ownership.LEASE_CLOCK: _lease,
    ownership.UNCLAIMED_CLOCK: _unclaimed,
    emergencies.VOICE_CLOCK: _voice,
    emergencies.AMBULANCE_CLOCK: _ambulance,
}
DESK_CLOCKS: dict[str, Callable[..., None]] = {
    answering.WAITING_CLOCK: answering.ran_out,
    answering.CALLBACK_CLOCK: _callback,
    conversation.HOLD_CLOCK: conversation.held_long,
    checkins.CHECKIN_CLOCK: checkins.fire,
}
