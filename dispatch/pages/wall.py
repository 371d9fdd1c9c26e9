"""The wall board `/wall/`: how the desk is doing, in letters one reads across a room."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dispatch import figures, selectors, standing, surge
from dispatch.pages import labels
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.pages.desk.queue import DOING, REASONS
from elders.models import User
from telephony import agents, callbacks
from telephony import desk as calls
from telephony.models import AgentState
from telephony.selectors import callbacks_for, calls_for
from tracking.models import Device

LATELY = timedelta(hours=24)
SILENT = timedelta(hours=24)
# threshold in seconds → the share that the standards ask for (GB/T 33358, NENA, TEC)
WANTED = {15: 90, 20: 95, 60: 97.5, 180: 99}


@dataclass(frozen=True, slots=True)
class Share:
    """How many per cent of the last day's calls were answered within `seconds`."""

    seconds: int
    percent: int | None
    good: bool


@require_GET
@operators_only
def index(request: DeskRequest) -> HttpResponse:
    return render(request, "wall/index.html", read(request.user, now=timezone.now()))


@require_GET
@operators_only
def region(request: DeskRequest) -> HttpResponse:
    return render(request, "wall/now.html", read(request.user, now=timezone.now()))


def read(user: User, *, now: datetime) -> dict[str, Any]:
    seen = calls_for(user)
    waiting = calls.queue().filter(pk__in=seen.values("pk"))
    first = waiting.order_by("queued_at").first()
    measured = figures.measure(
        selectors.requests_for(user), seen, since=now - LATELY, until=now + timedelta(seconds=1)
    )
    due = callbacks.waiting().filter(pk__in=callbacks_for(user).values("pk"))
    return {
        "waiting": waiting.count(),
        "longest_since": first.queued_at if first else None,
        "shares": _shares(measured.answers),
        "tally": measured.total,
        "states": _states(now=now),
        "callbacks": due.count(),
        "callbacks_late": due.filter(due_at__lte=now).count(),
        "silent": silent_devices(now=now),
        "surge": surge.now_or_not(now=now),
        "morning": standing.today(selectors.checkins_for(user), now=now),
    }


def silent_devices(*, now: datetime) -> int:
    """Devices in somebody's hands that said nothing for a day."""
    worn = Device.objects.filter(registered=True, links__until=None, links__elder__isnull=False)
    return worn.filter(last_heard_at__lte=now - SILENT).distinct().count()


def _shares(answers: figures.Answers) -> list[Share]:
    found = []
    for seconds, wanted in WANTED.items():
        share = answers.within(seconds)
        percent = round(100 * share) if share is not None else None
        found.append(Share(seconds, percent, percent is None or percent >= wanted))
    return found


def _states(*, now: datetime) -> list[dict[str, Any]]:
    """Everybody at the desk, by what they do; names stand under their state."""
    by_state: dict[str, list[str]] = {state: [] for state in AgentState.State.values}
    for row in agents.here(now=now):
        why = f" ({labels.label(REASONS, row.reason)})" if row.reason else ""
        by_state[row.state].append(f"{row.user}{why}")
    return [
        {"label": DOING[state][0], "names": names, "colour": DOING[state][1]}
        for state, names in by_state.items()
    ]
