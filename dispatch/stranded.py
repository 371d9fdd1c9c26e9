"""An alarm of which our own software fails to make a case: a person is told whom to ring.

The alarm is kept and handed over again each second (`tracking/alarms.py`). Who cried does not wait
for that: a fault of ours that lasts must not be a silence.
"""

from datetime import datetime, timedelta
from typing import Any

from dispatch import notices
from dispatch.live import pokes
from dispatch.models import Notice
from elders import selectors
from tracking.models import Alarm

CODE = "alarm_stranded"
AFTER = timedelta(seconds=5)  # a database that is away for a moment, and the next tries
MOST = 100


def sweep(*, now: datetime) -> int:
    """Tells of each alarm once, and takes it back once there is a case; how many changed."""
    waiting = Alarm.objects.filter(handed_over_at=None, received_at__lte=now - AFTER)
    newest = {
        alarm.pk: alarm
        for alarm in waiting.order_by("-pk").select_related("elder", "device")[:MOST]
    }
    told = Notice.objects.filter(code=CODE)
    known = set(told.filter(data__alarm__in=list(newest)).values_list("data__alarm", flat=True))
    for pk in newest.keys() - known:
        notices.tell(CODE, level="sos", now=now, data=_facts(newest[pk]))
    return len(newest.keys() - known) + _take_back(told.filter(done_at=None), now=now)


def _take_back(open_ones: Any, *, now: datetime) -> int:
    alarms = dict(open_ones.values_list("data__alarm", "pk"))
    over = Alarm.objects.filter(pk__in=alarms).exclude(handed_over_at=None)
    rows = [alarms[pk] for pk in over.values_list("pk", flat=True)]
    if not rows:
        return 0
    pokes.after_commit("console")
    return int(open_ones.filter(pk__in=rows).update(done_at=now))


def _facts(alarm: Alarm) -> dict[str, Any]:
    elder, device = alarm.elder, alarm.device
    numbers = selectors.numbers_of(elder) if elder else []
    return {
        "alarm": alarm.pk,
        "kinds": alarm.kinds,
        "name": elder.name if elder else device.device_id,
        "name_zh": elder.name_zh if elder else "",
        "to": numbers[0] if numbers else alarm.callback,
    }
