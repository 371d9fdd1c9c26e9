"""What she, or a contact, answers to a daily check-in: by key, or in reply to a text."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dispatch import checkins, everyday_wording, wording
from telephony import callbacks, outbound
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob, Priority


def _hers(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 she is well; 2 she is not; any other key a person. Silence counts as no answer.

    Silence reaches no operator here: a machine that nobody recognised would, thousands of times a
    morning. It goes on to the second try, her contacts, and a visit.
    """
    language = job.language
    if digits == "1":
        checkins.well(_id(job), now=now)
        return [Say(everyday_wording.checkin_thanks(language=language), language), Hangup()]
    if digits:
        checkins.wants_a_person(_id(job), now=now, unwell=digits == "2")
        return _to_a_person(job, call, unwell=digits == "2", now=now)
    if call is not None and not call.step.get("asked"):
        call.step = {"asked": True}
        return [Say(job.text, language), Gather(timeout_s=15)]
    checkins.silent(_id(job), now=now, picked_up=True)
    return [Say(everyday_wording.checkin_again(language=language), language), Hangup()]


def _contacts(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 she is well, by whoever has that number; 2 nobody knows; 0 a person."""
    language = job.language
    if digits == "1":
        checkins.vouched(_id(job), by=job.to, now=now)
        return [Say(everyday_wording.checkin_contact_thanks(language=language), language), Hangup()]
    if digits == "2":
        checkins.cannot_say(_id(job), by=job.to, now=now)
        return [
            Say(everyday_wording.checkin_contact_unknown(language=language), language),
            Hangup(),
        ]
    if digits:
        return _to_a_person(job, call, now=now)
    if call is not None and not call.step.get("asked"):
        call.step = {"asked": True}
        return [Say(job.text, language), Gather(timeout_s=15)]
    return [Hangup()]


def _to_a_person(
    job: OutboundJob, call: Call | None, *, now: datetime, unwell: bool = False
) -> Sequence[Instruction]:
    """Urgent: whoever asks for a person when we ask how she is. A text gets a call back."""
    language = job.language
    if call is not None:
        words = wording.unwell if unwell else wording.person
        return [Say(words(language=language), language), Enqueue(Priority.URGENT)]
    reason = "unwell_text" if unwell else "asked"
    callbacks.open_for(
        job.to, reason=reason, priority=Priority.URGENT, elder_id=job.elder_id, now=now
    )
    return [Say(wording.rings_you(language=language), language)]


def _unanswered(job: OutboundJob, *, now: datetime) -> None:
    """Her call was in vain; a text that she may still answer keeps the try open."""
    if not outbound.under_way(job.subject).exclude(pk=job.pk).exists():
        checkins.silent(_id(job), now=now)


def _contact_unanswered(job: OutboundJob, *, now: datetime) -> None:
    """The check-in's own clock goes on to the visit."""


def _id(job: OutboundJob) -> int:
    return int(job.subject.partition(":")[2])


ANSWERS: dict[str, Callable[..., Sequence[Instruction]]] = {
    "checkin": _hers,
    "checkin_contact": _contacts,
}
FAILED: dict[str, Callable[..., None]] = {
    "checkin": _unanswered,
    "checkin_contact": _contact_unanswered,
}
