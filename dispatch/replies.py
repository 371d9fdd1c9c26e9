"""What people answer to calls and texts we placed: workers, elders, contacts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dispatch import closing, notices, offers, wording
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import Offer, ServiceRequest
from telephony import rooms
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob


def answered(job: OutboundJob, call: Call, *, now: datetime) -> Sequence[Instruction]:
    """Somebody picked up: they hear what it is about and which key does what."""
    if job.purpose == "ring_back":
        return [Say(job.text, job.language), Enqueue("emergency")]
    if job.purpose == rooms.CONFERENCE:  # an open conversation was joined below us already
        return [Say(wording.room_is_over(language=job.language), job.language), Hangup()]
    if job.purpose == "offer" and not _offer_of(job).expires_at > now:
        return [Say(wording.offer_over(language=job.language), job.language), Hangup()]
    return [Say(job.text, job.language), Gather(timeout_s=15)]


def digits(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """A key on our call, "" being silence, or the reply to our text."""
    answer = ANSWERS.get(job.purpose)
    if answer is None:
        return [] if call is None else [Enqueue(job.priority)]
    return answer(job, call, digits.strip(), now=now)


def failed(job: OutboundJob, *, now: datetime) -> None:
    """Nobody was reached: a person is told, whatever it was about (rule 7)."""
    about = _request_of(job)
    if job.purpose == rooms.CONFERENCE:
        rooms.unreached(job, now=now)
    if job.purpose == "offer":
        return  # the offer has its own clock, and the next worker is asked
    data = {"purpose": job.purpose, "to": job.to}
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
    """A contact who presses 1 is going there: the desk knows. It ends nothing."""
    request = _request_of(job)
    if digits == "1" and request:
        notices.tell("contact_going", level="info", now=now, request=request, data={"to": job.to})
        return [Say(wording.contact_going(language=job.language), job.language), Hangup()]
    if call is None:
        return [Say(job.text, job.language)]
    return [Say(wording.person(language=job.language), job.language), Enqueue("urgent")]


def _offer_of(job: OutboundJob) -> Offer:
    return Offer.objects.select_related("worker", "request__elder", "request__category").get(
        pk=int(job.subject.partition(":")[2])
    )


# What the number in a job's subject is of; other subjects are about no request.
OF_OFFER = frozenset({"offer", "withdrawn"})
OF_REQUEST = frozenset({"confirm", "ring_back", "contact", "ring"})


def _request_of(job: OutboundJob) -> ServiceRequest | None:
    what, _, key = job.subject.partition(":")
    if what in OF_OFFER:
        return ServiceRequest.objects.filter(offers=int(key)).first()
    if what in OF_REQUEST:
        return ServiceRequest.objects.filter(pk=int(key)).first()
    return None


# Who understands the keys of which purpose.
ANSWERS: dict[str, Callable[..., Sequence[Instruction]]] = {
    "offer": _offer,
    "confirm": _confirm,
    "contact": _contact,
}


def awaits(job: OutboundJob) -> bool:
    """Whether a digit is an answer to this job; not after its request has ended."""
    if job.purpose not in ANSWERS:
        return False
    request = _request_of(job)
    return request is None or request.is_open
