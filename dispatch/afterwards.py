"""Which visits are asked about, and when: an hour after at the earliest, spread over the day."""

from datetime import datetime, timedelta

from dispatch import mornings
from dispatch.models import Question, ServiceRequest, Survey
from dispatch.states import AssignmentState, Role
from dispatch.timing import SURVEY_AFTER_S

SPREAD_MIN = 97
"""Minutes over which calls that would be due together are spread, by the request's number."""


def ask(request: ServiceRequest, *, now: datetime) -> Survey | None:
    """Writes the satisfaction call of a visit that has just been closed; None where none is due.

    Not after an emergency, of which a person has spoken with her; not twice about one request;
    and at most once a day, whatever she had.
    """
    visit = request.assignments.filter(
        role=Role.RESPONDER, state=AssignmentState.CLEARED, on_scene_at__isnull=False
    ).last()
    if visit is None or request.elder is None or request.is_emergency:
        return None
    asked = Survey.objects.filter(request=request).exists()
    if asked or not Question.objects.filter(active=True).exists():
        return None
    due_at = moment(now, request.pk)
    day = mornings.town_day(due_at)
    # She is locked: two of her visits that end together are one call.
    type(request.elder).objects.select_for_update(of=("self",), no_key=True).get(
        pk=request.elder.pk
    )
    others = Survey.objects.filter(elder=request.elder, day=day)
    again = others.exclude(state=Survey.State.SKIPPED).exists()
    return Survey.objects.create(
        request=request,
        elder=request.elder,
        worker=visit.worker,
        day=day,
        due_at=due_at,
        state=Survey.State.SKIPPED if again else Survey.State.WAITING,
        ended_at=now if again else None,
    )


def moment(ended_at: datetime, key: int) -> datetime:
    """When to ring: within the hours of the town day, on the next one if this is over.

    `key` moves calls that would be due together apart, the same way every time.
    """
    opens, closes = mornings.hours(mornings.SURVEY)
    apart = timedelta(minutes=key * 37 % SPREAD_MIN)
    earliest = ended_at + timedelta(seconds=SURVEY_AFTER_S)
    day = mornings.town_day(earliest)
    begins = max(earliest, mornings.instant(day, opens)) + apart
    if begins <= mornings.instant(day, closes):
        return begins
    return mornings.instant(day + timedelta(days=1), opens) + apart
