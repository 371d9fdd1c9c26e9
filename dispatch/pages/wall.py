"""The wall board `/wall/`: how the desk is doing, in letters one reads across a room."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dispatch import figures, rhythm, selectors, standing, surge, troubles
from dispatch.models import Outage
from dispatch.pages import labels, townmap
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.pages.desk.queue import DOING, REASONS
from elders.models import User
from providers.selectors import workers_for
from telephony import agents, callbacks
from telephony import desk as calls
from telephony.models import AgentState
from telephony.selectors import callbacks_for, calls_for
from tracking.selectors import alarms_seen

LATELY = timedelta(hours=24)
# threshold in seconds → the share that the standards ask for (GB/T 33358, NENA, TEC)
WANTED = {15: 90, 20: 95, 60: 97.5, 180: 99}


@dataclass(frozen=True, slots=True)
class Share:
    """How many per cent of the last day's calls were answered within `seconds`."""

    seconds: int
    percent: int
    wanted: float

    @property
    def good(self) -> bool:
        return self.percent >= self.wanted


@require_GET
@operators_only
def index(request: DeskRequest) -> HttpResponse:
    now = timezone.now()
    shown = {**read(request.user, now=now), **overview(request.user, now=now)}
    return render(request, "wall/index.html", shown)


@require_GET
@operators_only
def region(request: DeskRequest) -> HttpResponse:
    return render(request, "wall/now.html", read(request.user, now=timezone.now()))


@require_GET
@operators_only
def town_region(request: DeskRequest) -> HttpResponse:
    """The map and the day's curve: dearer to read than the figures, and slower to change."""
    return render(request, "wall/town.html", overview(request.user, now=timezone.now()))


def overview(user: User, *, now: datetime) -> dict[str, Any]:
    return {
        "town": townmap.read(user, now=now),
        "layers": [(layer, *words) for layer, words in townmap.LAYERS.items()],
        "rhythm": rhythm.read(calls_for(user), now=now),
    }


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
        "silent": selectors.troubles_for(user).filter(cause=troubles.SILENT).count(),
        "outages": Outage.objects.filter(ended_at=None).count(),
        "surge": surge.now_or_not(now=now),
        "duty": workers_for(user).filter(on_duty=True).count(),
        "alarms": _alarms(user, now=now),
        "morning": standing.today(selectors.checkins_for(user), now=now),
    }


def _shares(answers: figures.Answers) -> list[Share]:
    """None without a call: nothing has been answered well or badly yet."""
    return [
        Share(seconds, round(100 * share), wanted)
        for seconds, wanted in WANTED.items()
        if (share := answers.within(seconds)) is not None
    ]


def _alarms(user: User, *, now: datetime) -> list[tuple[str, int]]:
    """The last day's by their gravest kind, the most first."""
    lately = alarms_seen(user, now=now).filter(received_at__gte=now - LATELY)
    if settings.CANARY_DEVICE:
        lately = lately.exclude(device__device_id=settings.CANARY_DEVICE)
    counted = Counter(kinds[0] for kinds in lately.values_list("kinds", flat=True) if kinds)
    return [(labels.label(labels.ALARMS, kind), n) for kind, n in counted.most_common()]


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
