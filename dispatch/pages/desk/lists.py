"""Lists beside the console: the shift's hand-over, the call-backs, and recordings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dispatch import selectors
from dispatch.models import Deadline, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.pages import labels
from dispatch.pages.desk import queue
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.states import OPEN
from elders.models import User
from telephony import recordings
from telephony.models import Call, Recording
from telephony.selectors import callbacks_for, calls_for

REACHED_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Open:
    """A line of the shift's list: what is open, whose it is, since when, and what comes next."""

    number: str
    pk: int
    who: str
    what: str
    stage: str
    emergency: bool
    owner: str
    since: datetime
    due_at: datetime | None
    due: str


@require_GET
@operators_only
def shift(request: DeskRequest) -> HttpResponse:
    """What the next shift takes over, to read on screen or on paper."""
    now = timezone.now()
    held = calls_for(request.user).filter(state__in=[*Call.HELD, Call.State.WRAP_UP])
    shown = {
        "lines": _open_ones(request.user),
        "calls": [(call, labels.named(call.elder) or call.other_number) for call in held],
        "callbacks": queue.callbacks_of(request.user),
        "printed_at": now,
    }
    return render(request, "console/shift.html", shown)


def _open_ones(user: User) -> list[Open]:
    requests = list(selectors.requests_for(user).filter(state__in=OPEN).order_by("opened_at"))
    clocks: dict[int | None, Deadline] = {}
    running = Deadline.objects.filter(RUNNING, request__in=requests).exclude(kind="lease")
    for clock in running.order_by("-due_at"):
        clocks[clock.request_id] = clock  # the soonest is written last
    lines = [_line(request, clocks.get(request.pk)) for request in requests]
    return sorted(lines, key=lambda line: (not line.emergency, line.since))


def _line(request: ServiceRequest, clock: Deadline | None) -> Open:
    return Open(
        number=request.number,
        pk=request.pk,
        who=labels.whose(request),
        what=labels.named(request.category),
        stage=labels.label(labels.STATES, request.state),
        emergency=request.is_emergency,
        owner=str(request.owner or ""),
        since=request.opened_at,
        due_at=clock.due_at if clock else None,
        due=labels.label(labels.CLOCKS, clock.kind) if clock else "",
    )


@require_GET
@operators_only
def call_backs(request: DeskRequest) -> HttpResponse:
    """Everybody who is to be rung back, and who was reached in the last day."""
    return render(request, "console/callbacks.html", _call_backs(request.user))


@require_GET
@operators_only
def call_backs_region(request: DeskRequest) -> HttpResponse:
    return render(request, "console/callbacks_list.html", _call_backs(request.user))


def _call_backs(user: User) -> dict[str, Any]:
    since = timezone.now() - REACHED_SHOWN
    reached = callbacks_for(user).filter(reached_at__gt=since).order_by("-reached_at")[:100]
    return {"callbacks": queue.callbacks_of(user, most=200), "reached": reached}


@require_GET
@operators_only
@never_cache
def recording(request: DeskRequest, pk: int) -> HttpResponse:
    """What was said; the ledger has who read it."""
    found = _played(request, pk, purpose="read")
    call = found.call
    shown = {
        "recording": found,
        "call": call,
        "who": labels.named(call.elder) if call.elder else call.other_number,
        "lines": found.words.splitlines(),
    }
    return render(request, "console/recording.html", shown)


@require_GET
@operators_only
@never_cache
def sound(request: DeskRequest, pk: int) -> HttpResponse:
    found = _played(request, pk, purpose="heard")
    audio = recordings.audio_of(found)
    if audio is None:
        raise Http404
    return HttpResponse(audio, content_type=found.audio_type or "audio/wav")


def _played(request: DeskRequest, pk: int, *, purpose: str) -> Recording:
    why = _("console") + f" {purpose}"
    return recordings.play(pk, by=request.user, purpose=why, now=timezone.now())
