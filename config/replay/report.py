"""What a replay showed, every figure in simulated seconds."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import quantiles
from zoneinfo import ZoneInfo

from dispatch import selectors
from dispatch.models import Event, ServiceRequest
from dispatch.states import Kind
from telephony.models import Call, CallBack

WITHIN_S = (15, 20, 60, 180)


def lines(*, zone: ZoneInfo, now: datetime) -> Iterator[str]:
    """The report, a line at a time."""
    calls = list(Call.objects.filter(direction="inbound").order_by("id"))
    waits = [(c.answered_at - c.opened_at).total_seconds() for c in calls if c.answered_at]
    requests = list(ServiceRequest.objects.order_by("id"))
    first = _first_events()
    yield f"Calls by telephone      {len(calls):>7}"
    yield f"Requests                {len(requests):>7}"
    yield f"  emergencies           {sum(r.is_emergency for r in requests):>7}"
    yield f"  from a device         {sum(r.source == 'alarm' for r in requests):>7}"
    yield f"Answered                {len(waits):>7}  {_spread(waits)}"
    for limit in WITHIN_S:
        share = sum(w <= limit for w in waits) / len(calls) if calls else 0
        yield f"  within {limit:>3} s          {share:>7.1%} of all calls"
    yield f"Hung up unanswered      {sum(c.state == 'abandoned' for c in calls):>7}"
    back = CallBack.objects.all()
    reached = back.exclude(reached_at=None).count()
    yield f"Call-backs              {back.count():>7}  reached {reached}"
    for name, kind in (
        ("Opened to offer", Kind.OFFER_MADE),
        ("Opened to acceptance", Kind.OFFER_ACCEPTED),
        ("Opened to arrival", Kind.ARRIVED),
    ):
        took = _since_opened(requests, first, kind)
        yield f"{name:<24}{len(took):>7}  {_spread(took)}"
    yield from _unfilled(requests, first)
    yield from _by_hour(calls, requests, first, zone)
    wrong = {name: keys for name, keys in selectors.unwatched(now=now).items() if keys}
    still = sum(r.is_open for r in requests)
    yield f"Still open at the end   {still:>7}"
    yield f"Auditor                 {wrong or 'silent'}"


def _first_events() -> dict[tuple[int, str], datetime]:
    """(request id, kind) → when it first happened."""
    first: dict[tuple[int, str], datetime] = {}
    for key, kind, at in Event.objects.order_by("at", "id").values_list("request", "kind", "at"):
        first.setdefault((key, kind), at)
    return first


def _since_opened(
    requests: Sequence[ServiceRequest], first: dict[tuple[int, str], datetime], kind: str
) -> list[float]:
    return [
        (first[request.pk, kind] - request.opened_at).total_seconds()
        for request in requests
        if (request.pk, kind) in first
    ]


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    if len(values) == 1:
        return f"p50 {values[0]:.0f} s  p90 {values[0]:.0f} s"
    tenths = quantiles(values, n=10, method="inclusive")
    return f"p50 {tenths[4]:.0f} s  p90 {tenths[8]:.0f} s"


def _unfilled(
    requests: Sequence[ServiceRequest], first: dict[tuple[int, str], datetime]
) -> Iterator[str]:
    ever = [r for r in requests if (r.pk, Kind.UNFILLED) in first]
    never_helped = [r for r in ever if (r.pk, Kind.OFFER_ACCEPTED) not in first]
    yield f"Unfilled at some time   {len(ever):>7}  never accepted {len(never_helped)}"
    why = Counter(e["code"] for r in ever for e in r.exclusions)
    for code, times in why.most_common(6):
        yield f"  {code:<20}  {times:>7}  exclusions of workers near by"


def _by_hour(
    calls: Sequence[Call],
    requests: Sequence[ServiceRequest],
    first: dict[tuple[int, str], datetime],
    zone: ZoneInfo,
) -> Iterator[str]:
    yield "Hour  calls  answered<=20s  requests  arrival p50  unfilled"
    for hour in range(24):
        rang = [c for c in calls if c.opened_at.astimezone(zone).hour == hour]
        soon = [
            c for c in rang if c.answered_at and (c.answered_at - c.opened_at).total_seconds() <= 20
        ]
        mine = [r for r in requests if r.opened_at.astimezone(zone).hour == hour]
        arrived = sorted(_since_opened(mine, first, Kind.ARRIVED))
        middle = f"{arrived[len(arrived) // 2]:.0f} s" if arrived else "-"
        unfilled = sum((r.pk, Kind.UNFILLED) in first for r in mine)
        share = f"{len(soon) / len(rang):.0%}" if rang else "-"
        yield f"{hour:>4}  {len(rang):>5}  {share:>13}  {len(mine):>8}  {middle:>11}  {unfilled:>8}"
