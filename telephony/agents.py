"""Operators at work: ready, on a call, in wrap-up or away, as rows with times.

A console that lives keeps its operator's row open (`seen`); taking and ending calls moves it
(`follow`). Who is ready now is `ready`; whom an operator may best take is `suits`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from elders.models import User
from telephony.errors import CallError
from telephony.models import AgentState, Call, Priority, Skill

State = AgentState.State
GONE_S = 60
"""Without a sign of life for so long nobody counts as being at the desk."""
PATIENCE_S = 60
"""Whoever has waited this long is everybody's to take, whatever they speak."""
REASONS = ("break", "meal", "training", "meeting", "technical")


def seen(user: User, *, now: datetime) -> None:
    """The console of `user` lives. Somebody who has just come is ready, or on the call in hand."""
    if not _open(user).update(seen_at=now):
        _begin(user, _at_work(user) or State.READY, now=now)


def choose(user: User, state: str, *, reason: str = "", now: datetime) -> AgentState:
    """The operator says "ready" or "away" with a reason; CallError("bad_state") for the others,
    which follow from calls, and while a call is in hand."""
    if state not in (State.READY, State.AWAY) or _at_work(user):
        raise CallError("bad_state", _("Finish the call and its wrap-up first."))
    if state == State.AWAY and reason not in REASONS:
        words = _("Say why you are away.")
        raise CallError("bad_request", words, http_status=400, fields={"reason": words})
    return _begin(user, state, reason=reason if state == State.AWAY else "", now=now)


def follow(user: User | None, *, now: datetime) -> None:
    """Brings the row of `user` in step with the calls in hand."""
    if user is None:
        return
    current = _open(user).first()
    state = _at_work(user)
    if state is None and current and current.state in (State.ON_CALL, State.WRAP_UP):
        state = State.READY
    if current and state and current.state != state:
        _begin(user, state, now=now)


def leave(user: User, *, now: datetime) -> None:
    """Signed out."""
    _open(user).update(until=now)


def lapse(*, now: datetime) -> int:
    """Closes the rows of consoles that are gone, as of their last sign of life."""
    gone = AgentState.objects.filter(until=None, seen_at__lte=now - timedelta(seconds=GONE_S))
    return sum(
        AgentState.objects.filter(pk=row.pk, until=None).update(until=row.seen_at) for row in gone
    )


def here(*, now: datetime) -> QuerySet[AgentState]:
    """The open row of everybody whose console lives."""
    alive = AgentState.objects.filter(until=None, seen_at__gt=now - timedelta(seconds=GONE_S))
    return alive.select_related("user").order_by("user__username")


def ready(*, now: datetime) -> QuerySet[AgentState]:
    """Those who are free to answer: nobody on a call, in wrap-up or away counts."""
    return here(now=now).filter(state=State.READY)


def skills_of(user: User) -> frozenset[str]:
    """What `user` can do; everything when nothing is noted."""
    codes = frozenset(Skill.objects.filter(user=user).values_list("code", flat=True))
    return codes or frozenset(Skill.Code.values)


def suits(call: Call, skills: frozenset[str]) -> bool:
    """Whether somebody with these skills may best take this call. It hides it from nobody."""
    language = call.elder.language if call.elder else None
    speaks = language is None or language in skills
    return speaks and (call.priority != Priority.EMERGENCY or Skill.Code.EMERGENCY in skills)


def best(calls: Iterable[Call], user: User, *, now: datetime) -> Call | None:
    """Whom `user` may best take of a queue in its order.

    Among the most pressing priority the first who suits; but the first in the queue once she has
    waited for PATIENCE_S, and when nobody suits.
    """
    waiting = list(calls)
    if not waiting:
        return None
    head, skills = waiting[0], skills_of(user)
    if head.queued_at and head.queued_at <= now - timedelta(seconds=PATIENCE_S):
        return head
    pressing = (call for call in waiting if call.priority == head.priority)
    return next((call for call in pressing if suits(call, skills)), head)


def _open(user: User) -> QuerySet[AgentState]:
    return AgentState.objects.filter(user=user, until=None)


def _at_work(user: User) -> str | None:
    """What the calls in hand say."""
    states = set(
        Call.objects.filter(operator=user, state__in=[*Call.HELD, Call.State.WRAP_UP])
        .order_by()
        .values_list("state", flat=True)
    )
    if states & set(Call.HELD):
        return State.ON_CALL
    return State.WRAP_UP if states else None


def _begin(user: User, state: str, *, reason: str = "", now: datetime) -> AgentState:
    """Closes the open row and opens the next; of two at once the first stands."""
    try:
        with transaction.atomic():
            _open(user).update(until=now)
            return AgentState.objects.create(
                user=user, state=state, reason=reason, since=now, seen_at=now
            )
    except IntegrityError:
        return _open(user).latest("id")
