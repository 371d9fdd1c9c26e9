"""Who is underway and who waits are put through to each other by the one number: 1 is an offer to
a worker with a visit, and to a contact of somebody to whom one is coming.

Who may, and what is said to them, is known by `counterparts`; it is judged at the offer, at the key
and when the other picks up. Everything else is as for every caller: in the queue from the first
ring until the two speak, a person whenever they like. Neither sees the other's number. An elder's
call is never asked this, and her emergency has her line before everybody.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from dispatch import connection_wording as words
from dispatch import counterparts, transitions, wording
from dispatch.counterparts import Counterpart
from dispatch.models import ServiceRequest
from dispatch.states import Kind
from telephony import outbound, pairs, script
from telephony.instructions import Enqueue, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob, Party

log = logging.getLogger(__name__)
PURPOSE, KEY, RINGING = "connect", "1", "connecting"


def offer(call: Call, *, now: datetime) -> str:
    """What a caller of no elder's number hears of key 1; "" for nearly everybody."""
    found = counterparts.find(call.from_number, now=now) if pairs.may_join(call) else None
    if found is None:
        return ""
    call.step |= {PURPOSE: found.visit.pk, "language": found.language}
    return found.offer


def ring(call: Call, *, now: datetime) -> Sequence[Instruction]:
    """Key 1: the other is rung, and the caller keeps the place in the queue meanwhile. [] where it
    is not possible any more, or not now: then a person has to do it."""
    if outbound.under_way(_subject(call)).exists():
        return [Enqueue(call.priority)]
    found = _offered(call, now=now)
    if found is None or not counterparts.may_ring(found):
        return []
    call.step |= {"at": RINGING}
    call.settled = False
    outbound.place(
        OutboundJob.Kind.CALL,
        found.to,
        purpose=PURPOSE,
        subject=_subject(call),
        text=found.tells,
        language=found.to_language,
        priority=found.visit.request.priority,
        elder=found.visit.request.elder,
        max_attempts=1,
        now=now,
    )
    return [Say(words.ringing(language=found.language), found.language), Enqueue(call.priority)]


def answered(job: OutboundJob, leg: Call, *, now: datetime) -> Sequence[Instruction]:
    """Whom we rang picked up, on the locked `leg`: the two are put through, if the caller still
    waits, no operator has the call, and the visit is still theirs."""
    caller = pairs.free(Call.objects.filter(pk=_caller_of(job)), leg)
    found = _offered(caller, now=now) if caller else None
    if caller is None or found is None:
        failed(job, now=now)
        return [Say(wording.call_over(language=job.language), job.language), Hangup()]
    caller.settled = caller.step.get("at") == RINGING  # who asked for a person since waits for one
    told = [Say(words.put_through(language=found.language), found.language)]
    bridge = pairs.join(caller, leg, words=told, name=found.name, kind=found.kind, now=now)
    visit = found.visit
    worker = {"id": visit.worker_id, "name": visit.worker.name, "name_zh": visit.worker.name_zh}
    data = {"call": caller.pk, "assignment": visit.pk, "role": visit.role, "worker": worker}
    if found.kind == Party.Kind.WORKER:
        data |= {"with": "contact"}
    request = transitions.hold(visit.request_id)
    transitions.advance(request, Kind.BRIDGED, by=found.by, now=now, data=data)
    return [Say(job.text, job.language), bridge]


def failed(job: OutboundJob, *, now: datetime) -> None:
    """Nobody answers there: the caller hears so, and waits on for a person."""
    caller = Call.objects.filter(pk=_caller_of(job), state=Call.State.RINGING).first()
    if caller is not None:
        language = wording.language_of_call(caller)
        script.tell(caller.pk, [Say(words.not_reached(language=language), language)], now=now)


def stop(call: Call, *, now: datetime) -> None:
    """The caller has hung up, or an operator has the call: nobody is rung for it any more."""
    if PURPOSE in call.step:
        outbound.withdraw(_subject(call), now=now)


def make_way(request: ServiceRequest, *, now: datetime) -> None:
    """An emergency begins: nothing of ours rings that telephone any more, and a conversation that
    she is in goes before the desk, so that who takes it speaks with her at once.

    Whatever goes wrong with it, the case is opened.
    """
    try:
        with transaction.atomic():
            _make_way(request, now=now)
    except Exception:
        log.exception("her line is not made free", extra={"request": request.pk})


def _make_way(request: ServiceRequest, *, now: datetime) -> None:
    people = request.people
    hers = Q(elder__in=people) if people else Q(to=request.known_as)
    since = now - timedelta(days=1)
    jobs = list(OutboundJob.objects.filter(hers, purpose=PURPOSE, created_at__gt=since))
    for job in jobs:
        if job.state in (*OutboundJob.UNDER_WAY, OutboundJob.State.ANSWERED):
            outbound.withdraw(job.subject, now=now)
    if jobs:  # after who picked up in this moment, whom the last line has waited for
        transaction.on_commit(partial(_before_the_desk, jobs, request, now=now), robust=True)


def _before_the_desk(jobs: list[OutboundJob], request: ServiceRequest, *, now: datetime) -> None:
    talking = Party.objects.filter(job__in=jobs, kind=Party.Kind.ELDER, left_at=None)
    for caller in list(talking.values_list("call", flat=True)):
        pairs.call_for_a_person(caller, priority=request.priority, now=now)


def _offered(call: Call, *, now: datetime) -> Counterpart | None:
    """Whom the caller was offered, if it still holds."""
    return counterparts.find(call.from_number, visit=call.step.get(PURPOSE, 0), now=now)


def _subject(call: Call) -> str:
    return f"{PURPOSE}:{call.pk}"


def _caller_of(job: OutboundJob) -> int:
    return int(job.subject.partition(":")[2])
