"""`/metrics`: what Prometheus sees of the town, counted in the database when it asks.

Whichever process is scraped, these are the same; the process' own figures stand beside them.
"""

import hmac
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config import health, work
from dispatch import presence
from dispatch.live.hub import hub
from dispatch.models import ServiceRequest
from dispatch.states import OPEN
from telephony.models import Call, CallBack, OutboundJob
from tracking import door
from tracking.gateway.gateway import FIGURES

LOOPBACK = frozenset({"127.0.0.1", "::1"})


@never_cache
def scrape(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for whoever has METRICS_TOKEN or, where none is set, for loopback alone."""
    if not _may_scrape(request):
        raise PermissionDenied
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        wanted = f"Bearer {settings.METRICS_TOKEN}"
        return hmac.compare_digest(given.encode(), wanted.encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK


class Town(Collector):
    """Open work by state, and how far the worker is behind."""

    def describe(self) -> Iterable[Metric]:
        return []  # do not ask the database before somebody scrapes

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield _by(
            "one_number_open_requests",
            "Open requests",
            ["state", "priority"],
            ServiceRequest.objects.filter(state__in=OPEN),
        )
        at_desk = len(presence.at_desk())
        yield _one("one_number_consoles", "Operators whose console is alive", at_desk)
        live = Call.objects.filter(state__in=Call.LIVE)
        yield _by("one_number_live_calls", "Calls that are not over", ["state"], live)
        under_way = OutboundJob.objects.filter(state__in=OutboundJob.UNDER_WAY)
        yield _by(
            "one_number_outbound_jobs", "Calls and texts under way", ["kind", "state"], under_way
        )
        waiting = CallBack.objects.filter(reached_at=None).count()
        yield _one("one_number_open_callbacks", "People waiting to be rung back", waiting)
        yield _one("one_number_overdue_seconds", "Oldest deadline not fired", health.overdue_s(now))
        yield _one("one_number_sockets", "Live pages of this process", hub.count())
        waiting = door.waiting()
        yield _one("one_number_positions_waiting", "Messages of this process to write", waiting)
        yield _heartbeats(health.worker(now)["age_s"])
        yield from _gateway(health.gateway(now))


def _gateway(told: health.Finding) -> Iterator[Metric]:
    """What the device gateway said last, at most some seconds ago."""
    if not told["on"] or told["age_s"] is None:
        return
    yield _one("one_number_gateway_age_seconds", "Since the gateway was heard", told["age_s"])
    lines = GaugeMetricFamily(
        "one_number_gateway_lines", "Devices on the line", labels=["protocol"]
    )
    for protocol, count in told.get("lines", {}).items():
        lines.add_metric([protocol], count)
    yield lines
    for name in FIGURES:
        meaning = f"Device gateway, since it was started: {name}"
        yield CounterMetricFamily(f"one_number_gateway_{name}", meaning, value=told.get(name, 0))


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _by(name: str, meaning: str, labels: list[str], rows: QuerySet) -> Metric:  # type: ignore[type-arg]
    """One sample for each combination of the labels' columns."""
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for *values, count in rows.order_by().values_list(*labels).annotate(n=Count("pk")):
        family.add_metric([str(value) for value in values], count)
    return family


def _heartbeats(ages: dict[str, float | None]) -> Metric:
    family = GaugeMetricFamily(
        "one_number_heartbeat_age_seconds", "Since the worker was heard from", labels=["work"]
    )
    for kind in work.SWEEPS:
        age = ages.get(kind)
        family.add_metric([kind], float("inf") if age is None else age)
    return family


REGISTRY.register(Town())
