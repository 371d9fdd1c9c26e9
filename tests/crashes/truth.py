"""What stands in the database after the crashes, against what was promised. Runs in a process of
its own, on the database of the house."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from dispatch.models import Assignment, Deadline, Offer, RequestAlarm, RequestCall, ServiceRequest
from dispatch.models.clock import RUNNING
from dispatch.states import OPEN
from elders.models import LineHolder
from providers.models import Worker, WorkerCategory
from telephony import outbound
from telephony.models import Call, CallBack, OutboundJob
from tests.crashes.callers import Promises
from tests.races import acts


def town(elders: int, workers: int) -> tuple[list[int], list[str]]:
    """Elders with two buttons each and numbers verified today, and workers for everything."""
    ids = acts.two_watches_each(elders)
    LineHolder.objects.update(verified_at=timezone.now())
    acts.workers(workers, 4)
    hired = Worker.objects.order_by("pk")
    for category in ("medical", "housekeeping"):
        WorkerCategory.objects.bulk_create(
            WorkerCategory(worker=worker, category_id=category) for worker in hired
        )
    return ids, list(hired.values_list("phone", flat=True))


def broken(promises: Promises, now: datetime) -> list[str]:
    """Every promise that was not kept, and everything that must never be."""
    acts.sweep(now)
    acts.deliver(now)
    return [
        *_calls(promises),
        *_orders(promises),
        *_alarms(promises),
        *_acceptances(promises),
        *acts.faults(now),
        *_jobs(now),
    ]


def _calls(promises: Promises) -> list[str]:
    """Every call is in the queue, or has exactly one request, or its number one call-back."""
    calls = Call.objects.in_bulk(promises.calls)
    ordered = Counter(RequestCall.objects.values_list("call_id", flat=True))
    listed = Counter(CallBack.objects.filter(reached_at=None).values_list("number", flat=True))
    watched = set(
        Deadline.objects.filter(RUNNING, call__isnull=False).values_list("call", flat=True)
    )
    wrong = []
    for pk, number in promises.calls.items():
        call = calls.get(pk)
        if call is None:
            wrong.append(f"call {pk} is lost")
            continue
        if pk in promises.hung_up and not call.is_over:
            wrong.append(f"call {pk} was hung up and is {call.state}")
        queued = call.state == Call.State.RINGING and call.queued_at is not None
        if not call.is_over and pk not in watched:
            wrong.append(f"call {pk} is on the line and nobody watches the clock")
        if ordered[pk] > 1 or listed[number] > 1:
            wrong.append(f"call {pk} has {ordered[pk]} requests, {listed[number]} call-backs")
        if not (queued or ordered[pk] or listed[number]):
            wrong.append(f"call {pk} ({call.state}) is in front of nobody")
    return wrong


def _orders(promises: Promises) -> list[str]:
    """A key that was answered with "somebody will come" is exactly one request."""
    rows = RequestCall.objects.filter(call__in=promises.orders).values_list("call_id", flat=True)
    made = Counter(rows)
    return [f"order of call {pk}: {made[pk]}" for pk in promises.orders if made[pk] != 1]


def _alarms(promises: Promises) -> list[str]:
    """Every alarm is in exactly one case, of that elder; and an elder has one open emergency."""
    cases: dict[int, list[int]] = {}
    for alarm, elder in RequestAlarm.objects.values_list("alarm_id", "request__elder_id"):
        cases.setdefault(alarm, []).append(elder or 0)
    wrong = [
        f"alarm {alarm} of elder {elder} is in cases of {cases.get(alarm)}"
        for alarm, elder in promises.alarms.items()
        if cases.get(alarm) != [elder]
    ]
    open_ones = ServiceRequest.objects.filter(priority="emergency", state__in=OPEN)
    twice = open_ones.values("elder").annotate(n=Count("pk")).filter(n__gt=1)
    return wrong + [f"elder {row['elder']} has {row['n']} emergencies" for row in twice]


def _acceptances(promises: Promises) -> list[str]:
    """Whoever was told "thank you" is going."""
    offers = {int(subject.partition(":")[2]) for subject in promises.accepted}
    going = set(Assignment.objects.values_list("offer_id", flat=True))
    late = set(Offer.objects.exclude(state="accepted").values_list("pk", flat=True))
    return [f"acceptance of offer {pk} is lost" for pk in offers - going - late]


def _jobs(now: datetime) -> list[str]:
    """Nobody hung up on us, so no job may have been sent a second time; none stays in doubt."""
    outbound.deliver_due(now=now + timedelta(seconds=61))
    jobs = OutboundJob.objects.annotate(sent=Count("simulated"))
    twice = jobs.filter(sent__gt=1).values_list("pk", flat=True)
    doubtful = jobs.filter(state__in=["placing", "unknown"]).values_list("pk", flat=True)
    return [f"job {pk} was sent twice" for pk in twice] + [f"job {pk} in doubt" for pk in doubtful]
