"""How a need comes in, from a digit, page, operator or alarm: the one way to open a case."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import canaries, clocks, emergencies, faults, strangers, transitions, whereabouts
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.live import pokes
from dispatch.models import Assignment, RequestAlarm, RequestCall, ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, JOINABLE, OPEN, Kind, Priority, State
from dispatch.timing import SAME_ORDER_S
from dispatch.transitions import STATE_CLOCK
from elders.models import Elder
from providers.models import Category
from telephony.models import Call
from tracking import kinds
from tracking.messages import HELP
from tracking.models import Alarm, Device

Source = ServiceRequest.Source
DEFAULT_CATEGORY = "medical"  # an alarm with no other word


def open_request(
    *,
    elder: Elder | None,
    category: str,
    priority: Priority,
    source: str,
    by: Actor,
    now: datetime,
    note: str = "",
    known_as: str = "",
    came_from: str = "",
    also: list[Elder] | None = None,
    call: Call | None = None,
    estimate: dict[str, Any] | None = None,
    dedupe: str | None = None,
) -> ServiceRequest:
    """Opens a request with its first events and its clock, in one transaction.

    The clock of NEW is due at once: whoever runs the sweep is rung after commit and invites the
    first worker. With `dedupe` a repeat gets the request that the first time opened. An emergency
    of an elder who has one open joins it instead, and sounds again.
    """
    with transaction.atomic():
        if priority == Priority.EMERGENCY:
            joined = _join(elder, known_as, by=by, now=now, call=call, estimate=estimate)
            if joined:
                return joined
        if dedupe:
            before = ServiceRequest.objects.filter(dedupe=dedupe).first()
            if before:
                return before
        estimate = estimate or whereabouts.of(elder, priority, now=now)
        home = elder or next(iter(also or []), None)
        request = ServiceRequest.objects.create(
            elder=elder,
            category=Category.objects.get(pk=category),
            priority=priority,
            source=source,
            opened_at=now,
            note=note,
            known_as=known_as,
            came_from=came_from,
            estimate=estimate,
            grid=home.grid.code if home and home.grid else "",
            sounds=1,
            dedupe=dedupe,
        )
        if also:
            request.also.set(also)
        clocks.arm(STATE_CLOCK, after_s=0, now=now, is_new=True, request=request)
        if call:
            RequestCall.objects.create(request=request, call=call)
        opened = {"category": category, "priority": priority, "source": source, "note": note}
        transitions.advance(request, Kind.OPENED, by=by, now=now, data=opened)
        if estimate:
            transitions.advance(request, Kind.LOCATED, by=by, now=now, data=estimate)
        if priority == Priority.EMERGENCY:
            emergencies.begin(request, now=now, is_new=True)
        return request


def ordered_lately(elder: Elder, category: str, *, now: datetime) -> bool:
    """Whether she has the same thing open, or had it within hours: then a person asks her."""
    since = now - timedelta(seconds=SAME_ORDER_S)
    same = ServiceRequest.objects.filter(elder=elder, category=category)
    return same.filter(
        Q(state__in=OPEN) | Q(opened_at__gt=since) & ~Q(state=State.CANCELLED)
    ).exists()


def escalate(request_id: int, *, by: Actor, now: datetime, reason: str = "") -> ServiceRequest:
    """Makes it an emergency. There is no way down again (rule 15)."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        if request.is_emergency:
            return request
        if not request.is_open or request.source == Source.CANARY:
            raise DispatchError("wrong_state", _("This request has ended."), state=request.state)
        transitions.advance(
            request,
            Kind.ESCALATED,
            by=by,
            now=now,
            data={"from": request.priority, "to": Priority.EMERGENCY, "reason": reason},
            priority=Priority.EMERGENCY,
            voice_at=None,
            sounds=request.sounds + 1,
        )
        _relocate(request, None, by=by, now=now)
        emergencies.begin(request, now=now)
        if request.state in ("NEW", "OFFERED", "UNFILLED"):
            transitions.wind(request, now=now, after_s=0)
        elif request.state == "ASSIGNED":
            transitions.wind(request, now=now)  # setting out is now a matter of a minute
        return request


class Alarms:
    """What tracking calls when a device raised an alarm or moved (`ALARM_FLOW`)."""

    def raised(self, alarm: Alarm, *, now: datetime) -> None:
        """Inside the alarm's own transaction: it opens or joins exactly one emergency.

        Joins only an open emergency of the same elder, whatever the device's clock says; a
        device nobody registered counts as an elder of its own (`strangers`). Faults become a
        notice, and so does the word of a device's own fence; a zone of ours is watched by us, and
        its alarm is a call for help. What a call for help says beside it is a fault as well.
        """
        if canaries.pressed(alarm):
            _sing(alarm, now=now)
            return
        if not alarm.zone_id and not _is_help(alarm):
            faults.tell(alarm, now=now)
            return
        by = Actor("device", alarm.device_id, alarm.device.device_id)
        known_as = ""
        if alarm.elder is None:
            # Two presses of one stranger at the same instant: the second waits for the first.
            Device.objects.select_for_update(of=("self",), no_key=True).get(pk=alarm.device_id)
            known_as = strangers.known_as(alarm, now=now)
        request = open_request(
            elder=alarm.elder,
            category=DEFAULT_CATEGORY,
            priority=Priority.EMERGENCY,
            source=Source.ALARM,
            by=by,
            now=now,
            note=", ".join(alarm.kinds),
            known_as=known_as,
            came_from=strangers.came_from(alarm),
            estimate=None if alarm.elder else whereabouts.named_by(alarm, now=now),
        )
        joins = RequestAlarm(request=request, alarm=alarm)
        RequestAlarm.objects.bulk_create([joins], ignore_conflicts=True)
        if not alarm.zone_id:
            faults.tell_beside(alarm, help_is=HELP, now=now)

    def moved(self, elders: Collection[int], workers: Collection[int], *, now: datetime) -> None:
        """After positions were stored: screens that show these people look again."""
        topics: dict[str, int | None] = {f"elder:{elder}": None for elder in elders}
        topics |= {f"worker:{worker}": None for worker in workers}
        going = Assignment.objects.filter(worker__in=workers, state__in=ACTIVE_ASSIGNMENTS)
        for request, seq in going.values_list("request", "request__seq") if workers else ():
            topics[f"request:{request}"] = seq
        pokes.moved(topics)


def _sing(alarm: Alarm, *, now: datetime) -> None:
    """A case for an operator's screen, of nobody and for nobody, that ends by itself."""
    request = open_request(
        elder=None,
        category=DEFAULT_CATEGORY,
        priority=Priority.ROUTINE,
        source=Source.CANARY,
        by=Actor("device", alarm.device_id, alarm.device.device_id),
        now=now,
        known_as=canaries.KNOWN_AS,
    )
    clocks.arm(STATE_CLOCK, after_s=canaries.SHOWN_S, now=now, request=request)
    RequestAlarm.objects.get_or_create(request=request, alarm=alarm)


def _is_help(alarm: Alarm) -> bool:
    """Whether anybody needs help. What a vehicle tells of braking and doors is none, as long as it
    says nothing graver: what its kind says in the register."""
    help_is = HELP & set(alarm.kinds)
    if help_is != {"other"}:
        return bool(help_is)
    kind = kinds.of(alarm.device)
    return kind is None or kind.other_is_help


def _join(
    elder: Elder | None,
    known_as: str,
    *,
    by: Actor,
    now: datetime,
    call: Call | None,
    estimate: dict[str, Any] | None,
) -> ServiceRequest | None:
    """The open emergency of the same elder, or of the same stranger, with one more voice in it."""
    if elder:
        # Two devices of one elder at the same instant: the second waits here for the first.
        Elder.objects.select_for_update(of=("self",), no_key=True).get(pk=elder.pk)
    found = (
        ServiceRequest.objects.filter(
            priority=Priority.EMERGENCY,
            state__in=JOINABLE,
            elder=elder,
            known_as="" if elder else known_as,
        )
        .order_by("id")
        .values_list("pk", flat=True)
        .first()
    )
    if found is None or (elder is None and not known_as):
        return None
    request = transitions.hold(found)
    if request.state not in JOINABLE:
        return None  # it was closed while we waited for it
    transitions.advance(
        request, Kind.JOINED, by=by, now=now, data={"by": by.name}, sounds=request.sounds + 1
    )
    if call:
        RequestCall.objects.get_or_create(request=request, call=call)
    _relocate(request, estimate, by=by, now=now)
    return request


def _relocate(
    request: ServiceRequest, estimate: dict[str, Any] | None, *, by: Actor, now: datetime
) -> None:
    """Where she is believed to be by now, if that is another place than help was sent to."""
    place = estimate or whereabouts.of(request.elder, Priority.EMERGENCY, now=now)
    if place is None or _point(place) == _point(request.estimate):
        return
    transitions.advance(request, Kind.LOCATED, by=by, now=now, data=place, estimate=place)


def _point(estimate: dict[str, Any] | None) -> tuple[float, float] | None:
    return (estimate["lat"], estimate["lon"]) if estimate else None
