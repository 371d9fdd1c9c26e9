"""Many devices in trouble for one reason: one incident, and a list of people to ring or visit.

An outage is never an emergency and never hides one: who presses has a case of her own, and leads.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from dispatch import chance, crowds, endangered, notices
from dispatch.chance import Key, Lost, Reason
from dispatch.live import pokes
from dispatch.models import Notice, Outage, OutageElder, Trouble
from dispatch.models.trouble import OPEN
from dispatch.states import OPEN as OPEN_STATES
from tracking.minding import Listening

# Within how many seconds they must have begun: devices of one cell that say something every
# quarter of an hour are missed within one; a power cut is told at once.
WINDOW_S = {"silent": 1800, "power_lost": 600}
NOTICE = "outage"
State = OutageElder.State


def sweep(*, now: datetime) -> int:
    """Finds new outages, and ends those whose list is worked off; how many. One process at a time
    does this."""
    with transaction.atomic():
        if Listening.objects.select_for_update(skip_locked=True, no_key=True).first() is None:
            return 0
        found = sum(_correlate(cause, now=now) for cause in WINDOW_S)
        return found + _follow(now=now)


def heard_again(devices: Iterable[int], *, now: datetime) -> None:
    """Their trouble is over: who has no other is off the list, unless somebody goes there."""
    pks = list(devices)
    theirs = Trouble.objects.filter(device__among=pks, outage__isnull=False)
    elders = theirs.values_list("elder", flat=True)
    still = Trouble.objects.filter(OPEN, outage=OuterRef("outage"), elder=OuterRef("elder"))
    lines = OutageElder.objects.filter(
        ~Exists(still), elder__in=elders, outage__in=theirs.values("outage")
    )
    waiting = lines.filter(state__in=[State.WAITING, State.UNREACHED])
    waiting.update(state=State.DONE, outcome="heard", at=now)


def _correlate(cause: str, *, now: datetime) -> int:
    window_s = WINDOW_S[cause]
    fresh = Trouble.objects.filter(
        OPEN, cause=cause, outage=None, opened_at__gt=now - timedelta(seconds=window_s)
    )
    rows = fresh.values_list("pk", "grid", "cell", "protocol")
    lost = [Lost(*row) for row in rows]
    if not lost:
        return 0
    levels = crowds.levels()
    running = {(one.scope, one.key): one for one in Outage.objects.filter(OPEN, cause=cause)}
    alone, done = [], 0
    for one in lost:
        joined = next((running[key] for key in chance.keys(one, levels) if key in running), None)
        if joined:
            done += _join(joined, [one.id], now=now)
        else:
            alone.append(one)
    if len(alone) < chance.AT_LEAST:
        return done
    sizes = crowds.Crowds(now=now)
    found = chance.reasons(alone, crowd=sizes.of, levels=levels, window_s=window_s)
    return done + sum(_open(cause, reason, now=now) for reason in found)


def _open(cause: str, reason: Reason, *, now: datetime) -> int:
    scope, key = _key(reason.key)
    since = Trouble.objects.filter(pk__in=reason.lost).order_by("since").values_list("since")[0][0]
    outage = Outage.objects.create(cause=cause, scope=scope, key=key, since=since, opened_at=now)
    notices.tell(NOTICE, now=now, data={"outage": outage.pk})
    return _join(outage, reason.lost, now=now)


def _key(key: Key) -> tuple[str, str]:
    return key[0], key[1][:40]


def _join(outage: Outage, troubles: Iterable[int], *, now: datetime) -> int:
    """These are part of it; their people are on its list."""
    rows = Trouble.objects.filter(pk__among=list(troubles))
    hit = rows.update(outage=outage)
    elders = rows.filter(elder__isnull=False).values("elder")
    people = endangered.assess(elders, now=now)
    OutageElder.objects.bulk_create(
        [
            OutageElder(outage=outage, elder_id=pk, risk=found.points, reasons=found.codes)
            for pk, found in people.items()
        ],
        ignore_conflicts=True,
    )
    pokes.after_commit("console")
    return hit


def _follow(*, now: datetime) -> int:
    """Visits that ended end their line, and an outage ends with its last line."""
    lines = OutageElder.objects.filter(outage__ended_at=None)
    visited = lines.filter(state=State.VISIT).exclude(request__state__in=OPEN_STATES)
    visited.update(state=State.DONE, outcome="visited", at=now)
    over = _worked_off(Outage.objects.filter(OPEN))
    pks = list(over.values_list("pk", flat=True))
    if pks:
        Outage.objects.filter(pk__in=pks).update(ended_at=now)
        Notice.objects.filter(code=NOTICE, done_at=None, data__outage__in=pks).update(done_at=now)
        pokes.after_commit("console")
    return len(pks)


def _worked_off(running: QuerySet[Outage]) -> QuerySet[Outage]:
    """Nobody is left on the list; where nobody ever was, no device is left."""
    lines = OutageElder.objects.filter(outage=OuterRef("pk"))
    left = lines.exclude(state=State.DONE)
    broken = Trouble.objects.filter(OPEN, outage=OuterRef("pk"))
    return running.filter(~Exists(left), Q(Exists(lines)) | ~Exists(broken))
