"""Whether an elder was heard from: by a press or call of hers, never by a device on its own."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from dispatch.models import Event, ServiceRequest
from dispatch.states import OPEN, Priority
from telephony.models import Call
from tracking.models import Alarm

# Buttons. A fall is the watch's own opinion, and a heartbeat no word at all.
PRESSED = frozenset({"sos"})


def since(elders: Collection[int], *, at: datetime) -> dict[int, str]:
    """How each of these elders was heard from since `at`, by id; who was not is not in it.

    A call counts from a number that proves enough or if a person took it; a key of hers on a call
    of ours, and what she pressed on her page, count as well. An open emergency is in hands.
    """
    heard: dict[int, str] = {}
    emergencies = ServiceRequest.objects.filter(
        elder__in=elders, priority=Priority.EMERGENCY, state__in=OPEN
    )
    heard |= dict.fromkeys(emergencies.values_list("elder", flat=True), "emergency")
    events = Event.objects.filter(request__elder__in=elders, at__gte=at, by__kind="elder")
    pages = ServiceRequest.objects.filter(elder__in=elders, opened_at__gte=at, source="page")
    heard |= dict.fromkeys(events.values_list("request__elder", flat=True), "page")
    heard |= dict.fromkeys(pages.values_list("elder", flat=True), "page")
    alarms = Alarm.objects.filter(elder__in=elders, received_at__gte=at)
    for elder_id, kinds in alarms.values_list("elder", "kinds"):
        if PRESSED & set(kinds):
            heard[elder_id] = "button"
    calls = Call.objects.filter(elder__in=elders, opened_at__gte=at)
    hers = Q(direction=Call.Direction.INBOUND) & (
        Q(step__verified=True) | Q(answered_at__isnull=False) | Q(settled=True)
    )
    return heard | dict.fromkeys(calls.filter(hers).values_list("elder", flat=True), "call")
