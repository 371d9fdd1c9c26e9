"""Mei's whole story in rows, and one account of every kind that could try to look at it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from dispatch import deadlines, desk, handovers, intake, links, offers, ownership, troubles
from dispatch.actors import SYSTEM, Actor
from dispatch.models import (
    Assignment,
    Handover,
    Notice,
    Offer,
    Outage,
    OutageElder,
    ServiceRequest,
    TrackLink,
)
from dispatch.states import Priority
from elders import fields
from elders.consent import Scope
from elders.models import Elder, User
from providers import papers
from providers.models import Category, Provider, Service, Shift, Worker
from telephony import inbound, outbound
from telephony.models import CallBack, CallReview, Recording, SimulatorItem
from tests import cast
from tracking import reception
from tracking.models import Protocol, Zone
from tracking.protocols import osmand

# Hers alone: found in an answer, it was she who was shown. Her key in the register too.
MEI_ID = 730417
SECRETS = {
    "name": ("Mei Chen", "陈梅"),
    "number": ("13800000001",),
    "address": ("12 Willow Lane", "柳巷12号"),
    "door code": ("4711#",),
    "health": ("pacemaker",),
    "identity": ("330106194403070021",),
    "key": (str(MEI_ID),),
    "watch": (cast.WATCH_ID,),
}


@dataclass
class Town:
    users: dict[str, User | AnonymousUser]
    subjects: dict[str, str]
    """What a path may ask for: the name in its pattern → Mei's own of that kind."""


def build(now: datetime | None = None) -> Town:
    now = now or timezone.now()
    mei, lan = cast.mei(pk=MEI_ID, id_number="330106194403070021"), cast.lan()
    kitchen = cast.sunrise_kitchen()
    wai = cast.wai(kitchen, "housekeeping", "medical")
    users = {
        "anonymous": AnonymousUser(),
        "elder": cast.signed_in(mei),
        "other elder": cast.signed_in(lan),
        "family": cast.ka_ming(mei, *Scope),
        "other family": cast.rose(lan),
        "worker": wai.user,
        "other worker": _stranger_at_work(),
        "provider": _manager(kitchen),
        "operator": cast.olive(),
        "supervisor": cast.sol(),
        "auditor": cast.agnes(),
        "station": cast.ping(),
        "administrator": cast.ada(),
    }
    operator = users["operator"]
    assert isinstance(operator, User)
    return Town(users, _story(mei, wai, kitchen, operator, now=now))


def _stranger_at_work() -> User:
    """A carer of another house who was never asked."""
    other = Provider.objects.create(name="Moon House", name_zh="月亮之家")
    user = cast.account("bei", name="Bei", name_zh="贝")
    Worker.objects.create(user=user, provider=other, name="Bei", phone="+8613900000099")
    return user


def _manager(kitchen: Provider) -> User:
    user = cast.account("manager", name="Manager")
    kitchen.staff.add(user)
    return user


def _story(
    mei: Elder, wai: Worker, kitchen: Provider, olive: User, *, now: datetime
) -> dict[str, str]:
    """Mei rang, has a visit under way and an open emergency with a hand-over; Olive has both."""
    device = cast.watch(mei)
    message = osmand.decode(
        f"id={device.device_id}&lat=30.2741&lon=120.1551&alarm=sos", b"", "", zone=now.tzinfo
    )
    sender = reception.Sender(protocol=Protocol.OSMAND, address="192.0.2.1")
    reception.receive(message, sender=sender, now=now)
    emergency = ServiceRequest.objects.get()
    handover = handovers.make(emergency.pk, service="120", by=olive, now=now)
    visit = intake.open_request(
        elder=mei,
        category="housekeeping",
        priority=Priority.ROUTINE,
        source="call",
        by=SYSTEM,
        now=now,
    )
    offers.make_next(visit.pk, now=now)
    offer = Offer.objects.get(request=visit)
    assignment = offers.accept(offer.pk, by=Actor("worker", wai.pk, wai.name), now=now)
    ownership.claim(emergency.pk, by=olive, now=now)
    call = _call("leg-1", now=now)
    inbound.hang_up(_call("leg-2", now=now), now=now)
    deadlines.fire_due(now=now + timedelta(seconds=1))
    outbound.deliver_due(now=now + timedelta(seconds=1))
    desk.take(call, by=olive, now=now)
    recording = Recording.objects.create(call_id=call, words="My hip hurts", started_at=now)
    review = CallReview.objects.create(
        call_id=call, handler=olive, month=now.date().replace(day=1), drawn_at=now
    )
    item = SimulatorItem.objects.order_by("pk").first()
    notice = Notice.objects.order_by("pk").first()
    outage = Outage.objects.create(
        cause="silent", scope="grid", key="330106", since=now, opened_at=now
    )
    line = OutageElder.objects.create(outage=outage, elder=mei, risk=3)
    (trouble,) = troubles.begin("removed", [device.pk], now=now)
    return {
        "outage_id": str(outage.pk),
        "line_id": str(line.pk),
        "trouble_id": str(trouble.pk),
        "step": "wait",  # of a telephone's leg
        "page": "elder",
        "name": "0" * 24,  # of a sound that nobody has made
        "request_id": str(visit.pk),
        "offer_id": str(offer.pk),
        "assignment_id": str(assignment.pk),
        "picture_id": str(_picture(assignment, now=now)),
        "call_id": str(call),
        "recording_id": str(recording.pk),
        "review_id": str(review.pk),
        "callback_id": str(CallBack.objects.get().pk),
        "handover_id": str(handover.pk if isinstance(handover, Handover) else handover),
        "notice_id": str(notice.pk if notice else 0),
        "item_id": str(item.pk if item else 0),
        "elder_id": str(mei.pk),
        "device_id": device.device_id,
        "device_pk": str(device.pk),
        "zone_id": str(Zone.objects.create(elder=mei, corners=[[mei.lat, mei.lon]]).pk),
        "provider_id": str(kitchen.pk),
        **_books(wai, kitchen, now=now),
        "worker_id": str(wai.pk),
        "link_id": str(_link(mei, now=now)),
        "relative_id": str(mei.family.get().pk),
        "scope": "health",
        "contact_id": str(mei.contacts.get().pk),
        "token": "not-a-link",
        "code": "housekeeping",
        "how": "reject",
    }


def _picture(visit: Assignment, *, now: datetime) -> int:
    content = fields.seal(b"a photograph")
    kept = visit.pictures.create(kind="photo", content=content, taken_at=now, kept_at=now)
    return kept.pk


def _link(mei: Elder, *, now: datetime) -> int:
    links.issue(mei, now=now, given_to="Ka-Ming")
    return TrackLink.objects.get().pk


def _books(wai: Worker, kitchen: Provider, *, now: datetime) -> dict[str, str]:
    """A shift, a price and a paper of the kitchen's."""
    meals = Category.objects.get(pk="catering")
    paper = papers.hand_in(
        kitchen,
        meals,
        number="CA-1",
        valid_from=now.date(),
        valid_to=now.date(),
        content=b"%PDF-",
        by=None,
        now=now,
    )
    shift = Shift.objects.create(worker=wai, weekday=0, starts=time(8), ends=time(16))
    service = Service.objects.create(provider=kitchen, category=meals, name="Lunch")
    return {
        "shift_id": str(shift.pk),
        "service_id": str(service.pk),
        "paper_id": str(paper.pk),
    }


def _call(leg: str, *, now: datetime) -> int:
    reply = inbound.incoming(
        "simulator", leg, from_number=cast.MEI_NUMBER, to_number="12349", now=now
    )
    assert reply.call
    return reply.call
