"""Mei, her people and their browsers, for the tests of pages: forms only, as without scripts."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from dispatch import assignments, deadlines, intake, links, offers
from dispatch.actors import SYSTEM, Actor
from dispatch.models import Assignment, Offer, ServiceRequest
from dispatch.states import Priority
from elders.models import Elder, User
from providers.models import Worker
from tests import cast
from tracking import devices
from tracking.models import Device

WAI = Actor("worker", 1, "Wai Ho")


def browser(user: User | None = None, language: str = "en") -> Client:
    """A browser that reads English, signed in as `user`."""
    client = Client(headers={"Accept-Language": language, "Accept": "text/html"})
    if user is not None:
        client.force_login(user)
    return client


def mei() -> Elder:
    """Mei, whose number was verified today, with an account."""
    elder = cast.mei()
    elder.holdings.update(verified_at=timezone.now())
    cast.signed_in(elder)
    return elder


def wai() -> Worker:
    """Wai with a telephone that says where he is."""
    worker = cast.wai(cast.sunrise_kitchen(), "catering", "medical")
    telephone = Device.objects.create(device_id="wai-phone")
    devices.link(telephone, worker=worker, now=timezone.now() - timedelta(days=1))
    return worker


def asked(elder: Elder, category: str = "catering", *, emergency: bool = False) -> ServiceRequest:
    """A request of hers; with a worker in town he has an offer for it."""
    request = intake.open_request(
        elder=elder,
        category=category,
        priority=Priority.EMERGENCY if emergency else Priority.ROUTINE,
        source="call",
        by=SYSTEM,
        now=timezone.now(),
    )
    deadlines.fire_due(now=timezone.now())
    request.refresh_from_db()
    return request


def accepted(request: ServiceRequest) -> Assignment:
    return offers.accept(Offer.objects.get(request=request).pk, by=WAI, now=timezone.now())


def under_way(request: ServiceRequest) -> Assignment:
    return assignments.depart(accepted(request).pk, by=WAI, now=timezone.now())


def there(request: ServiceRequest) -> Assignment:
    return assignments.arrive(under_way(request).pk, by=WAI, now=timezone.now())


def finished(request: ServiceRequest) -> Assignment:
    return assignments.finish(there(request).pk, by=WAI, now=timezone.now())


def stands(worker: Worker, lat: float, lon: float, *, age_s: float = 5) -> None:
    """Where the worker is, heard `age_s` seconds ago."""
    at = timezone.now() - timedelta(seconds=age_s)
    Worker.objects.filter(pk=worker.pk).update(lat=lat, lon=lon, position_at=at, accuracy_m=8)


def track(elder: Elder, request: ServiceRequest | None = None) -> str:
    """The path of a new family link."""
    return f"/track/{links.issue(elder, now=timezone.now(), request=request)}/"
