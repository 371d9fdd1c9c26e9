"""How long personal data is kept: one setting a kind, in days; 0 keeps it for good.

Once a day, from NIGHT on, each kind is gone through in batches, and a row (`Deletion`) says how
many went and how many too old ones were left, which proves it. A batch a turn, so that nothing
waits for it; any number of processes may take turns. Recordings have their own sweep
(`telephony.recordings`), which leaves that there was one.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from dispatch.models import CheckIn, Deletion, Notice, Picture, Rating, RequestCall, Survey
from telephony.models import AgentState, Call, CallBack, CallEvent, OutboundJob, WebhookAnswer
from tracking.models import Address, Device, Hint, ZoneCrossing

log = logging.getLogger(__name__)
NIGHT = 3  # o'clock in town
BATCH = 1000

Rows = QuerySet[Any]
UNDER_WAY = (*OutboundJob.UNDER_WAY, OutboundJob.State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Kind:
    """`old(before)`: what is too old, some querysets; they are deleted, or `emptied` of a field."""

    name: str
    setting: str
    old: Callable[[datetime], Sequence[Rows]]
    emptied: str = ""

    def before(self, now: datetime) -> datetime | None:
        """What is older than this goes; None where all of it is kept."""
        days: int = getattr(settings, self.setting)
        return now - timedelta(days=days) if days else None

    def left(self, before: datetime) -> int:
        return sum(rows.count() for rows in self.old(before))

    def forget(self, before: datetime) -> int:
        """One batch; how many rows went or were emptied. 0 when nothing too old is left."""
        for rows in self.old(before):
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            if keys:
                batch = rows.model._default_manager.filter(pk__in=keys)
                gone = batch.update(**{self.emptied: ""}) if self.emptied else batch.delete()[0]
                return int(gone)
        return 0


def _calls(before: datetime) -> Sequence[Rows]:
    """What a request came from is kept with it."""
    ended = Call.objects.filter(state__in=[Call.State.ENDED, Call.State.ABANDONED])
    told = RequestCall.objects.values("call")
    jobs = OutboundJob.objects.exclude(state__in=UNDER_WAY).filter(calls=None)
    return (
        ended.filter(opened_at__lt=before).exclude(pk__in=told),
        CallBack.objects.filter(opened_at__lt=before, reached_at__isnull=False),
        jobs.filter(created_at__lt=before),
    )


def _words(before: datetime) -> Sequence[Rows]:
    said = OutboundJob.objects.exclude(text="").exclude(state__in=UNDER_WAY)
    return (said.filter(created_at__lt=before),)


def _events(before: datetime) -> Sequence[Rows]:
    live = Call.objects.filter(state__in=Call.LIVE).values("pk")
    return (
        CallEvent.objects.filter(at__lt=before).exclude(call__in=live),
        WebhookAnswer.objects.filter(at__lt=before),
    )


def _checkins(before: datetime) -> Sequence[Rows]:
    return (CheckIn.objects.filter(ended_at__lt=before),)


def _surveys(before: datetime) -> Sequence[Rows]:
    return (Survey.objects.filter(ended_at__lt=before), Rating.objects.filter(at__lt=before))


def _pictures(before: datetime) -> Sequence[Rows]:
    return (Picture.objects.filter(kept_at__lt=before),)


def _notices(before: datetime) -> Sequence[Rows]:
    return (Notice.objects.filter(done_at__lt=before),)


def _shifts(before: datetime) -> Sequence[Rows]:
    return (AgentState.objects.filter(until__lt=before),)


def _crossings(before: datetime) -> Sequence[Rows]:
    return (ZoneCrossing.objects.filter(at__lt=before),)


def _hints(before: datetime) -> Sequence[Rows]:
    return (Hint.objects.filter(received_at__lt=before), Address.objects.filter(told_at__lt=before))


def _devices(before: datetime) -> Sequence[Rows]:
    """Those that only ever said that they are there, and that nobody has given a name, a token or
    a holder: anybody can make them. Whoever speaks at this moment stays."""
    unknown = Device.objects.filter(registered=False, name="", token_hash="")
    idle = unknown.filter(links=None, alarms=None, commands=None, troubles=None)
    return (idle.filter(last_heard_at__lt=before).select_for_update(of=("self",), no_key=True),)


KINDS = (
    Kind("call_events", "CALL_EVENT_DAYS", _events),
    Kind("texts", "TEXT_DAYS", _words, emptied="text"),
    Kind("calls", "CALL_DAYS", _calls),
    Kind("checkins", "CHECKIN_DAYS", _checkins),
    Kind("surveys", "SURVEY_DAYS", _surveys),
    Kind("pictures", "PICTURE_DAYS", _pictures),
    Kind("notices", "NOTICE_DAYS", _notices),
    Kind("shifts", "SHIFT_DAYS", _shifts),
    Kind("crossings", "POSITION_DAYS", _crossings),
    Kind("hints", "POSITION_DAYS", _hints),
    Kind("devices", "UNKNOWN_DEVICE_DAYS", _devices),
)


def sweep(*, now: datetime) -> int:
    """One batch of every kind that is not through yet today; how many rows went."""
    here = timezone.localtime(now)
    if here.hour < NIGHT:
        return 0
    over = Deletion.objects.filter(day=here.date(), ended_at__isnull=False)
    done = set(over.values_list("kind", flat=True))
    return sum(_turn(kind, now=now) for kind in KINDS if kind.name not in done)


def _turn(kind: Kind, *, now: datetime) -> int:
    """A kind that fails is tried again with the next turn, and keeps no other from its own."""
    before = kind.before(now)
    if before is None:
        return 0
    day = timezone.localtime(now).date()
    Deletion.objects.get_or_create(
        kind=kind.name, day=day, defaults={"before": before, "began_at": now}
    )
    try:
        with transaction.atomic():
            todays = Deletion.objects.select_for_update(skip_locked=True, no_key=True)
            row = todays.filter(kind=kind.name, day=day, ended_at=None).first()
            return _batch(kind, row, now=now) if row else 0
    except Exception:
        log.exception("deletion failed", extra={"kind": kind.name})
        return 0


def _batch(kind: Kind, row: Deletion, *, now: datetime) -> int:
    gone = kind.forget(row.before)
    if gone:
        Deletion.objects.filter(pk=row.pk).update(deleted=F("deleted") + gone)
        return gone
    row.ended_at, row.left = now, kind.left(row.before)
    row.save(update_fields=["ended_at", "left"])
    if row.deleted or row.left:
        log.info("deletion", extra={"kind": kind.name, "deleted": row.deleted, "left": row.left})
    return 0
