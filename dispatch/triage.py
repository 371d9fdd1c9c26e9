"""Questions for the operator, by reason to call, and what was answered.

Nothing waits for an answer and none of them sends anybody: they help a person to decide. Each is
an event, with its words as they were asked, so that the log stays true when a town rewords them.
The first questions are what first-aid teaching asks a layman; of a stroke, face, arm and speech
("Stroke 1-2-0", Zhao and Liu, Lancet Neurology 2017). The doctor who answers for a town's desk
reads and changes them under Registers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch import transitions
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import Event, ServiceRequest, TriageQuestion, TriageReason
from dispatch.states import Kind


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on the desk. `answer` is "" until there is one; `grave`: it calls for `advice`."""

    code: str
    words: str
    answer: str
    grave: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The reasons to choose from, the one that was chosen, and its questions."""

    reasons: Sequence[TriageReason]
    chosen: TriageReason | None
    questions: list[Asked]


def choose(request_id: int, reason_code: str, *, by: Actor, now: datetime) -> None:
    """Puts into the log what it is about. DispatchError of `reason` when there is no such one."""
    reason = TriageReason.objects.filter(pk=reason_code, active=True).first()
    if reason is None:
        raise _unknown("reason")
    _log(request_id, {"reason": reason.pk, "about": _both(reason)}, by=by, now=now)


def answer(request_id: int, code: str, word: Answer, *, by: Actor, now: datetime) -> None:
    """Puts an answer into the log; a later one about the same question stands instead of it."""
    question = TriageQuestion.objects.filter(pk=code, active=True).first()
    if question is None:
        raise _unknown("question")
    data = {
        "reason": question.reason_id,
        "question": question.pk,
        "asked": _both(question),
        "answer": word.value,
        "grave": _is_grave(question, word),
    }
    _log(request_id, data, by=by, now=now)


def read(request: ServiceRequest) -> Sheet:
    """What the desk shows: the reason chosen last, and the last answer to each of its questions."""
    reasons = list(TriageReason.objects.filter(active=True))
    events = Event.objects.filter(request=request, kind=Kind.TRIAGED).order_by("seq")
    told = [event.data for event in events]
    picked = next((one["reason"] for one in reversed(told)), None)
    chosen = next((one for one in reasons if one.pk == picked), None)
    answers = {one["question"]: one["answer"] for one in told if "question" in one}
    questions = chosen.questions.filter(active=True) if chosen else []
    return Sheet(reasons, chosen, [_asked(q, answers.get(q.pk, "")) for q in questions])


def _asked(question: TriageQuestion, word: str) -> Asked:
    chinese = (get_language() or "").startswith("zh")
    advice = (question.advice_zh if chinese else "") or question.advice or question.advice_zh
    return Asked(question.pk, question.name_in(), word, _is_grave(question, word), advice)


def _is_grave(question: TriageQuestion, word: str) -> bool:
    """What nobody knows is as grave as the worst of it."""
    return bool(question.grave) and word in {question.grave, Answer.UNKNOWN}


def _log(request_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        transitions.advance(transitions.hold(request_id), Kind.TRIAGED, by=by, now=now, data=data)


def _both(row: TriageReason | TriageQuestion) -> dict[str, str]:
    return {"name": row.name, "name_zh": row.name_zh}


def _unknown(field: str) -> DispatchError:
    reason = _("Please choose one.")
    return DispatchError("bad_request", reason, http_status=400, fields={field: reason})
