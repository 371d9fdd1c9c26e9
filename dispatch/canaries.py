"""What the canary presses and rings (`manage.py canary`): shown to an operator, and to nobody else.

Its case takes the way of every alarm as far as the operators' screens. It rings nobody, asks no
worker, belongs to no elder, sounds nowhere, counts in no figure, and ends by itself.
"""

from datetime import datetime, timedelta

from django.conf import settings

from dispatch.models import Event, RequestAlarm, ServiceRequest
from telephony.models import Call
from tracking.models import Alarm

CANARY = ServiceRequest.Source.CANARY
KNOWN_AS = "canary"
SHOWN_S = 60  # its case ends after this
KEPT = timedelta(days=2)
BATCH = 200


def pressed(alarm: Alarm) -> bool:
    """Whether the alarm is the canary's. A device that somebody holds never is."""
    nobodys = alarm.elder_id is None and alarm.worker_id is None
    return nobodys and _is(alarm.device.device_id, settings.CANARY_DEVICE)


def rang(call: Call) -> bool:
    """Whether the call is the canary's."""
    return call.is_inbound and _is(call.from_number, settings.CANARY_NUMBER)


def sweep(*, now: datetime) -> int:
    """Forgets what canaries left; how many rows."""
    if not settings.CANARY_DEVICE:
        return 0
    left = Alarm.objects.filter(device__device_id=settings.CANARY_DEVICE, elder=None)
    old = left.filter(received_at__lt=now - KEPT).values_list("pk", flat=True)[:BATCH]
    alarms = list(old)
    if not alarms:
        return 0
    links = RequestAlarm.objects.filter(alarm__in=alarms, request__source=CANARY)
    requests = list(links.values_list("request", flat=True))
    Event.objects.filter(request__in=requests).delete()
    ServiceRequest.objects.filter(pk__in=requests).delete()
    free = Alarm.objects.filter(pk__in=alarms).exclude(pk__in=RequestAlarm.objects.values("alarm"))
    return free.delete()[0]


def _is(said: str, name: str) -> bool:
    return bool(name) and said == name
