"""The script of the one number: a person first, one digit an offer and not a gate (DESIGN §6).

Telephony calls this class (`CALL_FLOW`) for every event of every call, whatever the carrier. A
caller is in the operators' queue from the first ring; everything below only shortens the wait.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from dispatch import (
    answering,
    canaries,
    checkins,
    clocks,
    connections,
    emergencies,
    intake,
    notices,
    replies,
    texts,
    tidings,
    whereabouts,
    wording,
)
from dispatch.actors import Actor
from dispatch.live import pokes
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import Priority
from elders import selectors
from elders.models import Elder
from elders.selectors import Caller
from providers.models import Category
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say, as_json
from telephony.models import Call, CallBack, OutboundJob
from telephony.models import Priority as Urgency

UNWELL = "3"
WAIT_FOR_KEY_S = 8


class Hotline:
    """Implements `telephony.flow.CallFlow`."""

    def incoming(self, call: Call, *, now: datetime) -> Sequence[Instruction]:
        """Recognises the caller, greets by name if the number proves enough, and queues."""
        if canaries.rang(call):
            call.settled = True
            return [Say(wording.canary(language="en"), "en"), Hangup()]
        answering.watch(call, now=now, is_new=True)
        return _announced(call, self._greeting(call, now=now))

    def _greeting(self, call: Call, *, now: datetime) -> Sequence[Instruction]:
        callers = selectors.callers(call.from_number, now=now)
        if any(caller.alarm_key for caller in callers):
            return _alarm_key(call, callers, now=now)
        if len(callers) > 1:
            call.candidates = [caller.elder.pk for caller in callers]
            call.step = {"at": "which"}
            language = callers[0].elder.language
            asked = wording.which_of([c.elder for c in callers], language=language)
            if all(caller.verified for caller in callers):
                return [Say(asked, language), Enqueue(), Gather(timeout_s=WAIT_FOR_KEY_S)]
            return [Say(wording.greeting(None, language=language), language), Enqueue(), Gather()]
        if not callers:
            return _unknown(call, now=now)
        return _greet(call, callers[0], now=now)

    def digits(self, call: Call, digits: str, *, now: datetime) -> Sequence[Instruction]:
        """One key: an order, "unwell", or a person; silence is a person too."""
        at = call.step.get("at")
        if at == "which" and digits.isdigit() and 1 <= int(digits) <= len(call.candidates):
            return _chosen(call, call.candidates[int(digits) - 1], now=now)
        if digits == connections.KEY and connections.PURPOSE in call.step:
            return connections.ring(call, now=now) or _person(call)
        if digits == UNWELL:
            call.settled = False
            call.priority = Urgency.higher(call.priority, Urgency.URGENT)
            call.step = call.step | {"at": "unwell"}
            language = wording.language_of_call(call)
            return [Say(wording.unwell(language=language), language), Enqueue(Priority.URGENT)]
        category = Category.objects.filter(hotline_digit=digits).first() if digits else None
        if at == "menu" and category and call.elder and call.step.get("verified"):
            return _order(call, call.elder, category, now=now)
        if category:
            call.step = call.step | {"wish": category.pk}  # shown to whoever answers
        if digits:
            call.settled = False  # who asks for a person after an order has not got all yet
        return _person(call)

    def speech(self, call: Call, text: str, *, now: datetime) -> Sequence[Instruction]:
        """Words are for people: shown to whoever answers, never interpreted."""
        call.step = call.step | {"said": [*call.step.get("said", []), text[:500]]}
        call.settled = False
        return _person(call)

    def hung_up(self, call: Call, callback: CallBack | None, *, now: datetime) -> None:
        """The clock of waiting stops; a call-back gets one of its own, until it is reached."""
        clocks.clear(call=call, now=now)
        notices.settle(call=call, now=now)
        connections.stop(call, now=now)
        if callback:
            answering.watch_callback(callback, now=now)
        emergencies.line_lost(call, now=now)

    def parted(self, call: Call, *, now: datetime) -> Sequence[Instruction]:
        """Whom we rang is let go; she waits on for the person she asked for, or may hang up."""
        if call.job:
            language = call.job.language
            return [Say(wording.hung_up(language=language), language), Hangup()]
        language = wording.language_of_call(call)
        if call.queued_at:
            return [Say(wording.hung_up(language=language), language), Enqueue(call.priority)]
        return [Say(wording.hung_up_on_her(language=language), language), Gather(timeout_s=20)]

    def answered(self, job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
        return replies.answered(job, call, now=now)

    def machine(self, job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
        return replies.machine(job)

    def over(self, job: OutboundJob) -> Sequence[Instruction]:
        return replies.over(job)

    def job_digits(
        self, job: OutboundJob, call: Call | None, digits: str, *, now: datetime
    ) -> Sequence[Instruction]:
        return replies.digits(job, call, digits, now=now)

    def job_failed(self, job: OutboundJob, *, now: datetime) -> None:
        replies.failed(job, now=now)

    def awaits(self, job: OutboundJob) -> bool:
        return replies.awaits(job)

    def texted(self, number: str, text: str, *, now: datetime) -> Sequence[Instruction]:
        return texts.received(number, text, now=now)

    def changed(self, call: Call | None) -> None:
        pokes.send_all({"calls": None, "console": None})


def _announced(call: Call, answer: Sequence[Instruction]) -> Sequence[Instruction]:
    """Where the town records, whoever rings is told so before anything is kept."""
    if not settings.RECORD_CALLS:
        return answer
    language = next(step.language for step in answer if isinstance(step, Say))
    told = Say(wording.recorded(language=language), language)
    call.step = call.step | {"recorded": as_json(told)}
    return [answer[0], told, *answer[1:]]


def watch_forgotten(*, now: datetime) -> int:
    """Call-backs that came to be without this script, when it failed, get their clock as well."""
    watched = Deadline.objects.filter(RUNNING, callback__isnull=False).values("callback")
    forgotten = list(CallBack.objects.filter(reached_at=None).exclude(pk__in=watched)[:100])
    for callback in forgotten:
        answering.watch_callback(callback, now=now)
    return len(forgotten)


def _unknown(call: Call, *, now: datetime) -> Sequence[Instruction]:
    """A number of no elder. Who goes to one, or is close to one, may be put through by key 1."""
    call.step = {"at": "stranger"}
    offer = connections.offer(call, now=now)
    language = wording.language_of_call(call)
    said = " ".join(filter(None, [wording.greeting(None, language=language), offer]))
    return [Say(said, language), Enqueue(), Gather(timeout_s=WAIT_FOR_KEY_S)]


def _alarm_key(call: Call, callers: list[Caller], *, now: datetime) -> Sequence[Instruction]:
    """A number that is an alarm button: an emergency at once, no menu, with every name it has."""
    elders = [caller.elder for caller in callers]
    alone = elders[0] if len(elders) == 1 else None
    call.elder, call.priority = alone, Priority.EMERGENCY
    call.candidates = [elder.pk for elder in elders]
    call.step = {"at": "alarm"}
    intake.open_request(
        elder=alone,
        also=[] if alone else elders,
        known_as="" if alone else call.from_number,
        category=intake.DEFAULT_CATEGORY,
        priority=Priority.EMERGENCY,
        source=ServiceRequest.Source.CALL,
        by=Actor("caller", None, call.from_number),
        now=now,
        call=call,
        estimate=None if alone else whereabouts.of_household(elders),
    )
    language = elders[0].language
    return [Say(wording.emergency(language=language), language), Enqueue(Priority.EMERGENCY)]


def _greet(call: Call, caller: Caller, *, now: datetime) -> Sequence[Instruction]:
    """By name only to a verified number; orders by digit likewise."""
    elder, language = caller.elder, caller.elder.language
    call.elder = elder
    if caller.verified:
        checkins.heard_from(elder, "call", now=now)
    call.step = call.step | {"at": "menu", "verified": caller.verified}
    if not caller.verified:
        return [Say(wording.greeting(None, language=language), language), Enqueue(), Gather()]
    orders = {c.hotline_digit: c for c in Category.objects.exclude(hotline_digit=None)}
    said = [
        wording.greeting(elder, language=language),
        tidings.sentence(elder, now=now),
        wording.menu(orders, language=language),
    ]
    return [
        Say(" ".join(filter(None, said)), language),
        Enqueue(),
        Gather(timeout_s=WAIT_FOR_KEY_S),
    ]


def _chosen(call: Call, elder_id: int, *, now: datetime) -> Sequence[Instruction]:
    """Somebody of a household said who she is."""
    for caller in selectors.callers(call.from_number, now=now):
        if caller.elder.pk == elder_id:
            return _greet(call, caller, now=now)
    return _person(call)


def _order(call: Call, elder: Elder, category: Category, *, now: datetime) -> Sequence[Instruction]:
    language = elder.language
    if intake.ordered_lately(elder, category.pk, now=now):
        call.step = call.step | {"at": "repeat", "wish": category.pk}
        return [Say(wording.ordered_before(category, language=language), language), Enqueue()]
    intake.open_request(
        elder=elder,
        category=category.pk,
        priority=Priority.ROUTINE,
        source=ServiceRequest.Source.CALL,
        by=Actor("caller", elder.pk, elder.name),
        now=now,
        call=call,
        dedupe=f"call:{call.pk}:{category.pk}",
    )
    call.step = call.step | {"at": "ordered", "ordered": category.pk}
    call.settled = True
    call.queued_at = None  # she has what she called for; staying on the line queues her again
    return [Say(wording.ordered(category, language=language), language), Gather(timeout_s=20)]


def _person(call: Call) -> Sequence[Instruction]:
    language = wording.language_of_call(call)
    if call.step.get("at") == "waiting":
        return [Enqueue(call.priority)]
    call.step = call.step | {"at": "waiting"}
    return [Say(wording.person(language=language), language), Enqueue(call.priority)]
