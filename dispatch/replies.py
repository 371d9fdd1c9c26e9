"""What people answer to calls and texts we placed: workers, elders, contacts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dispatch import (
    checkin_replies,
    closing,
    connections,
    distress,
    distress_wording,
    handover_calls,
    introductions,
    notices,
    offers,
    selectors,
    survey_replies,
    wording,
)
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import Offer, ServiceRequest
from dispatch.states import OfferState
from telephony import callbacks, outbound, rooms
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob


def answered(job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
    """Somebody picked up: they hear what it is about and which key does what."""
    if job.purpose == "ring_back":
        return [Say(job.text, job.language), Enqueue("emergency")]
    if job.purpose == connections.PURPOSE:
        return connections.answered(job, call, now=now)
    if job.purpose == rooms.CONFERENCE:  # an open conversation was joined below us already
        words = [Say(job.text, job.language)] if job.text else []
        if handover_calls.waited_for(job):
            return [*words, Enqueue("emergency")]
        return [*words, Say(wording.room_is_over(language=job.language), job.language), Hangup()]
    if job.purpose == "offer" and _is_over(_offer_of(job), now=now):
        return [Say(wording.offer_over(language=job.language), job.language), Hangup()]
    return [Say(job.text, job.language), Gather(timeout_s=15)]


def machine(job: OutboundJob) -> Sequence[Instruction]:
    """What a machine keeps: that we rang, and our number. Nothing, where who wanted to speak with
    them is still on the line and told."""
    if job.purpose == connections.PURPOSE:
        return []
    return [Say(wording.machine(language=job.language), job.language)]


def over(job: OutboundJob) -> Sequence[Instruction]:
    """For who picked up in the moment in which it was over."""
    words = wording.offer_over if job.purpose == "offer" else wording.call_over
    return [Say(words(language=job.language), job.language)]


def digits(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """A key on our call, "" being silence, or the reply to our text."""
    digits = digits.strip()
    everyday = EVERYDAY.get(job.purpose)
    if everyday is not None:
        return everyday(job, call, digits, now=now)
    if call is None and (digits == "0" or job.purpose == "ring_back"):
        return _written(job, digits, now=now)
    answer = ANSWERS.get(job.purpose)
    if answer is None:
        return [] if call is None else [Enqueue(job.priority)]
    return answer(job, call, digits, now=now)


def failed(job: OutboundJob, *, now: datetime) -> None:
    """Nobody was reached: a person is told, whatever it was about (rule 7)."""
    about = _request_of(job)
    if job.purpose in FAILED:
        FAILED[job.purpose](job, now=now)
        return
    if job.purpose == rooms.CONFERENCE:
        rooms.unreached(job, now=now)
    if job.purpose in ("offer", "withdrawn"):
        return  # the offer has its own clock, and the next worker is asked; news of it is no more
    data = {"purpose": job.purpose, "to": job.to}
    if job.purpose == rooms.CONFERENCE and about:
        notices.tell("unreached", level="sos", now=now, request=about, data=data)
        return
    notices.tell("unreached", now=now, request=about, data=data) if about else notices.tell(
        "unreached", now=now, data=data
    )


def _offer(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    offer = _offer_of(job)
    worker = Actor("worker", offer.worker_id, offer.worker.name)
    language = job.language
    if digits == "0" and call is not None:
        return [Enqueue(job.priority)]
    try:
        if digits == "1" and call is not None:
            return introductions.accept(offer, call, by=worker, now=now)
        if digits == "1":
            offers.accept(offer.pk, by=worker, now=now)
            said = wording.accepted(offer, language=language)
        elif digits == "2":
            offers.decline(offer.pk, by=worker, now=now)
            said = wording.declined(language=language)
        elif call is not None and not call.step.get("asked"):
            call.step = {"asked": True}  # once more, slowly: a slip of the finger is no answer
            return [Say(job.text, language), Gather(timeout_s=15)]
        else:
            return [Say(job.text, language), Hangup()]
    except DispatchError:
        said = wording.offer_over(language=language)
    return [Say(said, language), Hangup()]


def _confirm(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 confirms and closes; 0, anything else or silence puts a person on it."""
    request = _request_of(job)
    if request is None or digits != "1":
        if request:
            notices.tell("not_confirmed", now=now, request=request)
        if call is None:
            return [Say(wording.read_by_a_person(language=job.language), job.language)]
        return [Say(wording.person(language=job.language), job.language), Enqueue("urgent")]
    elder = job.elder
    by = Actor("elder", elder.pk if elder else None, elder.name if elder else job.to)
    closing.confirm(request.pk, by=by, now=now)
    return [Say(wording.confirmed(language=job.language), job.language), Hangup()]


def _contact(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 is going there: the desk knows, and nobody else is rung. 2 cannot: the next is rung now.

    Neither ends anything.
    """
    request = _request_of(job)
    if request and digits in ("1", "2"):
        outbound.withdraw(job.subject, to=job.to, now=now)
    if request and digits == "2":
        outbound.hasten(job.subject, now=now)
        return [Say(wording.declined(language=job.language), job.language), Hangup()]
    if request and digits == "1":
        outbound.withdraw(job.subject, kind=OutboundJob.Kind.CALL, now=now)
        notices.tell("contact_going", level="info", now=now, request=request, data={"to": job.to})
        return [Say(wording.contact_going(language=job.language), job.language), Hangup()]
    if call is None:
        return [Say(job.text, job.language)]
    return [Say(wording.person(language=job.language), job.language), Enqueue("urgent")]


def _overdue(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 is well and needs longer; silence, or anything else, is put through to a person."""
    request = _request_of(job)
    if request and digits == "1":
        going = selectors.active_assignment(request)
        worker = going.worker if going else None
        by = Actor("worker", worker.pk if worker else None, worker.name if worker else job.to)
        distress.longer(request.pk, by=by, now=now)
        return [Say(distress_wording.overdue_thanks(language=job.language), job.language), Hangup()]
    if call is None:
        return [Say(job.text, job.language)]
    return [Say(wording.person(language=job.language), job.language), Enqueue("urgent")]


def _written(job: OutboundJob, digits: str, *, now: datetime) -> Sequence[Instruction]:
    """A text was answered by 0, or in an emergency by anything: a person has to do with it."""
    request = _request_of(job)
    if job.purpose == "ring_back" and digits != "0":
        data = {"to": job.to, "said": digits}
        notices.tell("replied", level="sos", now=now, request=request, data=data)
        return [Say(wording.replied(language=job.language), job.language)]
    callbacks.open_for(
        job.to, reason="asked", priority=job.priority, elder_id=job.elder_id, now=now
    )
    return [Say(wording.rings_you(language=job.language), job.language)]


def _is_over(offer: Offer, *, now: datetime) -> bool:
    return offer.state != OfferState.MADE or offer.expires_at <= now


def _offer_of(job: OutboundJob) -> Offer:
    return Offer.objects.select_related("worker", "request__elder", "request__category").get(
        pk=int(job.subject.partition(":")[2])
    )


# What the number in a job's subject is of; other subjects are about no request.
OF_OFFER = frozenset({"offer", "withdrawn"})
OF_REQUEST = frozenset({"confirm", "ring_back", "contact", "ring", "overdue"})


def _request_of(job: OutboundJob) -> ServiceRequest | None:
    what, _, key = job.subject.partition(":")
    if what in OF_OFFER:
        return ServiceRequest.objects.filter(offers=int(key)).first()
    if what in OF_REQUEST:
        return ServiceRequest.objects.filter(pk=int(key)).first()
    if what == "handover":
        return ServiceRequest.objects.filter(handovers=int(key)).first()
    if waited_for := handover_calls.waited_for(job):
        return waited_for.request
    if what == "call":
        return ServiceRequest.objects.filter(calls__call=int(key)).order_by("-pk").first()
    return None


# Who understands the keys of which purpose.
ANSWERS: dict[str, Callable[..., Sequence[Instruction]]] = {
    "offer": _offer,
    "confirm": _confirm,
    "contact": _contact,
    "overdue": _overdue,
}
# What we ring about every day has its own words, also for 0 in a text and for no answer.
EVERYDAY = {**checkin_replies.ANSWERS, "satisfaction": survey_replies.answered}
# What is no notice when nobody was reached.
FAILED = {
    **checkin_replies.FAILED,
    "satisfaction": survey_replies.failed,
    connections.PURPOSE: connections.failed,
}


def awaits(job: OutboundJob) -> bool:
    """Whether a digit is an answer to this job; not after its request has ended."""
    if job.purpose in EVERYDAY:
        return True
    if job.purpose not in ANSWERS and job.purpose != "ring_back":
        return False
    request = _request_of(job)
    return request is None or request.is_open
