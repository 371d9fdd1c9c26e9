"""The satisfaction call: three questions by digit. Below the line a person takes the case up."""

from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, Count, OuterRef, QuerySet, Subquery

from dispatch import (
    closing,
    everyday_wording,
    mornings,
    notices,
    ratings,
    reaching,
    transitions,
    trunks,
)
from dispatch.actors import SYSTEM, Actor
from dispatch.models import Notice, Question, ServiceRequest, Survey, SurveyAnswer
from dispatch.reaching import Message, reach
from dispatch.states import Kind, State
from dispatch.timing import SURVEY_ANSWER_S
from elders import selectors
from elders.models import Elder
from telephony import outbound

S = Survey.State
LINE_CODE = "dissatisfied"


def ring_due(*, now: datetime, limit: int = 50) -> int:
    """Rings who is due, as far as lines are free; what was not answered in time is over."""
    _stop_waiting(now=now)
    waiting = Survey.objects.filter(state=S.WAITING, due_at__lte=now)
    if not waiting.exists() or not trunks.free():
        return 0
    with transaction.atomic():
        if not mornings.is_mine(now=now):
            return 0
        room = min(limit, trunks.free())
        due = waiting.select_related("elder", "request__category").order_by("due_at", "pk")
        return sum(
            _ring(one, now=now)
            for one in due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:room]
        )


def questions() -> list[Question]:
    return list(Question.objects.filter(active=True))


def hold(survey_id: int) -> Survey | None:
    """The survey, its row locked until commit."""
    rows = Survey.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("elder", "request").filter(pk=survey_id).first()


def answer(survey: Survey, question: Question, digit: int, *, now: datetime) -> None:
    """One answer from 1 to 5; the first one given stands."""
    SurveyAnswer.objects.get_or_create(
        survey=survey, question=question, defaults={"digit": digit, "at": now}
    )


def finish(survey: Survey, *, now: datetime, refused: bool = False) -> None:
    """She has answered what she wanted to: scored, and below the line in front of a person."""
    if survey.state not in Survey.OPEN:
        return
    said = list(survey.answers.values_list("digit", flat=True))
    survey.score = fmean(said) if said else None
    survey.state = S.ANSWERED if said else S.REFUSED if refused else S.UNANSWERED
    survey.ended_at = now
    survey.save(update_fields=["score", "state", "ended_at"])
    outbound.withdraw(survey.subject, now=now)
    if survey.score is not None and survey.score < settings.SATISFACTION_LINE:
        _take_up(survey, now=now)
    if survey.score is not None and survey.worker_id:
        ratings.renew(survey.worker_id)


def unanswered(survey_id: int, *, now: datetime) -> None:
    """Nobody picked up: nothing lost, nobody is told."""
    with transaction.atomic():
        survey = hold(survey_id)
        if survey is not None and not outbound.under_way(survey.subject).exists():
            finish(survey, now=now)


def waits_for_a_person(request: ServiceRequest) -> Notice | None:
    """Opened again because she was not content: nobody is sent before a person has looked."""
    return request.notices.filter(code=LINE_CODE, done_at=None).first()


def mean_score(of: str) -> Subquery:
    """The mean score of a row of workers ("worker") or providers ("worker__provider")."""
    return Subquery(_of(of).annotate(figure=Avg("score")).values("figure"))


def times_scored(of: str) -> Subquery:
    """How many visits that mean is of; null for none."""
    return Subquery(_of(of).annotate(figure=Count("pk")).values("figure"))


def _of(of: str) -> Any:
    scored: QuerySet[Survey] = Survey.objects.filter(state=S.ANSWERED, **{of: OuterRef("pk")})
    return scored.order_by().values(of)


def _ring(survey: Survey, *, now: datetime) -> bool:
    elder, request = survey.elder, survey.request
    numbers = selectors.numbers_of(elder)
    asked = questions()
    present = elder.status == Elder.Status.PRESENT
    if not numbers or not asked or not present or request.state != State.CLOSED:
        survey.state, survey.ended_at = S.SKIPPED, now
        survey.save(update_fields=["state", "ended_at"])
        return False
    survey.state = S.RINGING
    survey.due_at = now + timedelta(seconds=SURVEY_ANSWER_S)
    survey.save(update_fields=["state", "due_at"])
    message = Message(
        "satisfaction",
        survey.subject,
        everyday_wording.survey_call(request, asked[0], language=elder.language),
        everyday_wording.survey_text(request, asked[0], language=elder.language),
        elder=elder,
        expires_at=survey.due_at,
        attempts=2,
    )
    reach(reaching.elder(elder, numbers[0]), message, now=now)
    return True


def _stop_waiting(*, now: datetime) -> None:
    """A call that was cut off, or a text nobody answered, keeps what was said."""
    late = Survey.objects.filter(state=S.RINGING, due_at__lte=now)
    for pk in list(late.values_list("pk", flat=True)[:50]):
        with transaction.atomic():
            survey = hold(pk)
            if survey is not None and survey.state == S.RINGING:
                finish(survey, now=now)


def _take_up(survey: Survey, *, now: datetime) -> None:
    """Opens the case again and puts it in front of a person; by itself it sends nobody."""
    elder, score = survey.elder, f"{survey.score:.1f}"
    request = transitions.hold(survey.request_id)
    notices.tell(LINE_CODE, now=now, request=request, data={"score": score})
    if request.state != State.CLOSED:
        return
    by = Actor("elder", elder.pk, elder.name)
    reason = everyday_wording.dissatisfied(score, language=settings.LANGUAGE_CODE)
    request = closing.reopen(request.pk, by=by, reason=reason, now=now)
    transitions.advance(
        request, Kind.UNFILLED, to=State.UNFILLED, by=SYSTEM, now=now, data={"exclusions": 0}
    )
