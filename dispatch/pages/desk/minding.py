"""`/console/devices/` and `/console/outages/…`: what is wrong with devices, and whom to ring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dispatch import outage_list, selectors, troubles
from dispatch.models import Outage, OutageElder, ServiceRequest, Trouble
from dispatch.pages import labels
from dispatch.pages.desk import answers, guard, outages
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.states import OPEN, Priority
from elders.models import Elder, LineHolder, User

MOST = 500
State = OutageElder.State
CAUSES: dict[str, Any] = {
    "silent": gettext_lazy("not heard from"),
    "part_silent": gettext_lazy("one of its parts is not heard"),
    **{kind: labels.ALARMS[kind] for kind in ("low_battery", "power_lost", "removed", "sim")},
}


@dataclass(frozen=True, slots=True)
class Row:
    """A device on the list, or a person on that of an outage."""

    id: int
    who: str
    elder: Elder | None
    words: str
    since: datetime | None
    times: int = 1
    outage: int | None = None
    sos: int | None = None  # her open emergency
    state: str = ""
    label: str = ""
    numbers: tuple[str, ...] = ()
    request: int | None = None


@require_GET
@operators_only
def devices(request: DeskRequest) -> HttpResponse:
    return render(request, "console/devices.html", _troubles(request.user))


@require_GET
@operators_only
def devices_region(request: DeskRequest) -> HttpResponse:
    return render(request, "console/devices_list.html", _troubles(request.user))


@require_POST
@operators_only
def dealt_with(request: DeskRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(selectors.troubles_for(request.user), pk=pk)
    troubles.dealt_with(found, by=request.user, now=timezone.now())
    return answers.done()


@require_GET
@operators_only
def outage(request: DeskRequest, pk: int) -> HttpResponse:
    return render(request, "console/outage.html", _outage(request.user, pk))


@require_GET
@operators_only
def outage_region(request: DeskRequest, pk: int) -> HttpResponse:
    return render(request, "console/outage_list.html", _outage(request.user, pk))


@require_POST
@operators_only
def reached(request: DeskRequest, pk: int) -> HttpResponse:
    said = guard.words(request.POST, "outcome", most=200)
    outage_list.reached(_line(request, pk), said, by=request.user, now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def unreached(request: DeskRequest, pk: int) -> HttpResponse:
    outage_list.unreached(_line(request, pk), by=request.user, now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def send(request: DeskRequest, pk: int) -> HttpResponse:
    made = outage_list.send(_line(request, pk), by=request.user, now=timezone.now())
    return answers.done(_("Request %(number)s is opened.") % {"number": made.number})


def _line(request: DeskRequest, pk: int) -> OutageElder:
    return get_object_or_404(selectors.outage_elders_for(request.user), pk=pk)


def _troubles(user: User) -> dict[str, Any]:
    """Who is most at risk first: who lives alone, then as long as it lasts."""
    found = selectors.troubles_for(user).select_related("device", "elder", "worker")
    alone = Case(When(elder__lives_alone=True, then=0), When(elder=None, then=2), default=1)
    rows = list(found.order_by("outage", alone, "since")[:MOST])
    crying = _crying(row.elder_id for row in rows)
    running = Outage.objects.filter(ended_at=None)
    return {
        "rows": [_trouble(row, crying) for row in rows],
        "count": found.count(),
        "most": MOST,
        "outages": [(one, outages.sentence(one.pk)) for one in running],
    }


def _trouble(row: Trouble, crying: dict[int, int]) -> Row:
    holder = row.elder or row.worker
    return Row(
        id=row.pk,
        who=labels.named(holder) if holder else "",
        elder=row.elder,
        words=f"{row.device}: {outages.cause(row.cause)}",
        since=row.since,
        times=row.times,
        outage=row.outage_id,
        sos=crying.get(row.elder_id or 0),
    )


def _outage(user: User, pk: int) -> dict[str, Any]:
    """The list: who presses first, then who is most at risk, who was rung in vain after that."""
    found = get_object_or_404(Outage, pk=pk)
    order = Case(
        When(state=State.WAITING, then=Value(0)),
        When(state=State.UNREACHED, then=Value(1)),
        When(state=State.VISIT, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    mine = selectors.outage_elders_for(user).filter(outage=found)
    lines = list(mine.order_by(order, "-risk", F("at").asc(nulls_first=True), "pk")[:MOST])
    crying = _crying(line.elder_id for line in lines)
    numbers = numbers_of(line.elder_id for line in lines if line.state != State.DONE)
    lines.sort(key=lambda line: line.state == State.DONE or line.elder_id not in crying)
    return {
        "outage": found,
        "sentence": outages.sentence(found.pk),
        "rows": [_person(line, crying, numbers) for line in lines],
        "most": MOST,
        **outages.progress(found),
    }


def _person(line: OutageElder, crying: dict[int, int], numbers: dict[int, list[str]]) -> Row:
    elder = line.elder
    why = [labels.label(outages.REASONS, code) for code in line.reasons]
    return Row(
        id=line.pk,
        who=labels.named(elder),
        elder=elder,
        words=", ".join(why),
        since=line.at,
        times=line.tries,
        sos=crying.get(elder.pk),
        state=line.state,
        label=_state(line),
        numbers=tuple(numbers.get(elder.pk, [])),
        request=line.request_id,
    )


def numbers_of(elders: Iterable[int]) -> dict[int, list[str]]:
    """Elder → the numbers to ring, in order."""
    found: dict[int, list[str]] = {}
    rows = LineHolder.objects.filter(elder__in=list(elders)).order_by("rank", "id")
    for elder, number in rows.values_list("elder_id", "line__number"):
        found.setdefault(elder, []).append(number)
    return found


def _state(line: OutageElder) -> str:
    if line.state == State.DONE:
        return labels.label(outages.OUTCOMES, line.outcome)
    return str(State(line.state).label)


def _crying(elders: Iterable[int | None]) -> dict[int, int]:
    """Elder → her open emergency: an outage hides none."""
    rows = ServiceRequest.objects.filter(
        elder__in=[pk for pk in elders if pk], priority=Priority.EMERGENCY, state__in=OPEN
    )
    return {pk: request for pk, request in rows.values_list("elder_id", "pk") if pk}
