"""What she answers to the satisfaction call: a key a question, or all of them in one text."""

from collections.abc import Sequence
from datetime import datetime

from dispatch import everyday_wording, surveys, wording
from dispatch.models import Question, Survey
from telephony import callbacks
from telephony.instructions import Enqueue, Gather, Hangup, Instruction, Say
from telephony.models import Call, OutboundJob

BEST = 5
NOT_NOW = "9"


def answered(
    job: OutboundJob, call: Call | None, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    """1 to 5 answers, 0 is a person, 9 or silence twice ends it kindly: refusing is fine."""
    survey = surveys.hold(int(job.subject.partition(":")[2]))
    if survey is None or survey.state not in Survey.OPEN:
        return [Say(everyday_wording.survey_over(language=job.language), job.language), Hangup()]
    if call is None:
        return _text(job, survey, digits, now=now)
    return _key(job, call, survey, digits, now=now)


def failed(job: OutboundJob, *, now: datetime) -> None:
    surveys.unanswered(int(job.subject.partition(":")[2]), now=now)


def _key(
    job: OutboundJob, call: Call, survey: Survey, digits: str, *, now: datetime
) -> Sequence[Instruction]:
    language, asked, at = job.language, surveys.questions(), int(call.step.get("question", 0))
    if digits == "0":
        surveys.finish(survey, now=now)
        return [Say(wording.person(language=language), language), Enqueue(job.priority)]
    if digits == NOT_NOW or at >= len(asked):
        surveys.finish(survey, refused=True, now=now)
        return _goodbye(language)
    if digits not in _SCALE:
        if call.step.get("again") == at:
            surveys.finish(survey, refused=True, now=now)
            return _goodbye(language)
        call.step = {"question": at, "again": at}
        return _ask(asked[at], language)
    surveys.answer(survey, asked[at], int(digits), now=now)
    call.step = {"question": at + 1}
    if at + 1 < len(asked):
        return _ask(asked[at + 1], language)
    surveys.finish(survey, now=now)
    return _goodbye(language)


def _text(job: OutboundJob, survey: Survey, digits: str, *, now: datetime) -> Sequence[Instruction]:
    """A digit a text, and the next question comes back; several answer in their order.

    0 has a person ring her; what is no answer ends it kindly.
    """
    language = job.language
    if digits == "0":
        surveys.finish(survey, now=now)
        callbacks.open_for(
            job.to, reason="asked", priority=job.priority, elder_id=job.elder_id, now=now
        )
        return [Say(wording.rings_you(language=language), language)]
    asked, at = surveys.questions(), survey.answers.count()
    for question, digit in zip(asked[at:], digits, strict=False):
        if digit in _SCALE:
            surveys.answer(survey, question, int(digit), now=now)
    given = survey.answers.count()
    if at < given < len(asked):
        return _ask(asked[given], language)
    surveys.finish(survey, refused=True, now=now)
    return [Say(everyday_wording.survey_over(language=language), language)]


_SCALE = {str(n) for n in range(1, BEST + 1)}


def _ask(question: Question, language: str) -> Sequence[Instruction]:
    return [Say(everyday_wording.survey_question(question, language=language), language), Gather()]


def _goodbye(language: str) -> Sequence[Instruction]:
    return [Say(everyday_wording.survey_over(language=language), language), Hangup()]
