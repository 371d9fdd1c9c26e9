"""The canary is seen by an operator, and by nobody else: no worker, no family, no figure."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import canaries, deadlines, figures, intake, offers, rhythm, selectors
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.models import Notice, Offer, ServiceRequest
from dispatch.pages import townmap, wall
from dispatch.pages.desk import board, queue
from elders.consent import Scope
from telephony.models import Call, CallBack, OutboundJob
from telephony.selectors import calls_for
from tests import cast
from tests.dispatch.town import sweep, workers
from tests.scenarios.phone import Phone
from tracking import devices
from tracking.models import Alarm, Device

pytestmark = pytest.mark.django_db
BUTTON, NUMBER = "canary-7f3a", "+8613899999999"


@pytest.fixture(autouse=True)
def town(settings):
    """Elders with family, and workers who could be sent."""
    settings.SIMULATOR, settings.CANARY_DEVICE, settings.CANARY_NUMBER = True, BUTTON, NUMBER
    cast.ka_ming(cast.mei(), *Scope)
    workers(cast.sunrise_kitchen(), 4)


@pytest.fixture
def olive():
    return cast.olive()


@pytest.fixture
def case():
    answer = Client().get(
        "/positions/osmand/", {"id": BUTTON, "alarm": "sos", "lat": 30.2741, "lon": 120.1551}
    )
    assert answer.status_code == 200
    return ServiceRequest.objects.get()


def test_an_operator_sees_what_it_presses(case, olive):
    rows = board.read(olive, chosen="all", now=timezone.now())["rows"]
    assert [row.id for row in rows] == [case.pk]


def test_it_sounds_nowhere_and_waits_for_nobody(case, olive):
    now = timezone.now()
    assert queue.soundings(olive) == {"emergency": 0, "urgent": 0, "routine": 0}
    assert queue.waiting(olive, now=now) == []
    for seconds in range(0, 600, 30):
        sweep(now + timedelta(seconds=seconds))
    assert not Notice.objects.exists()


def test_it_never_reaches_a_worker(case, olive):
    now = timezone.now()
    for seconds in (0, 10, 40, 61, 120, 400):
        sweep(now + timedelta(seconds=seconds))
    assert not offers.make_next(case.pk, by=actor_of(olive), now=now)
    with pytest.raises(DispatchError):
        intake.escalate(case.pk, by=actor_of(olive), now=now)
    assert not Offer.objects.exists()
    assert not OutboundJob.objects.exists()


def test_it_never_reaches_a_family(case):
    son = cast.User.objects.get(username="ka-ming")
    assert case.elder is None
    assert not selectors.requests_for(son).exists()
    for seconds in (0, 61):
        sweep(timezone.now() + timedelta(seconds=seconds))
    assert not OutboundJob.objects.exists()


def test_it_counts_in_no_figure(case, olive):
    Phone(NUMBER).dial()
    now = timezone.now()
    day = timedelta(days=1)
    measured = figures.measure(
        selectors.requests_for(olive), calls_for(olive), since=now - day, until=now + day
    )
    assert (measured.total.requests, measured.total.open, measured.answers.calls) == (0, 0, 0)
    shown = wall.read(olive, now=now)
    assert (shown["alarms"], shown["waiting"], shown["tally"].requests) == ([], 0, 0)
    assert rhythm.read(calls_for(olive), now=now + timedelta(seconds=1)).so_far == 0
    drawn = townmap.read(olive, now=now)
    assert drawn["cells"] == []
    assert not [dot for dot in drawn["dots"] if dot[2] in ("request", "emergency")]


def test_its_case_ends_by_itself_and_is_forgotten(case):
    now = timezone.now()
    deadlines.fire_due(now=now + timedelta(seconds=canaries.SHOWN_S - 5))
    case.refresh_from_db()
    assert case.is_open
    deadlines.fire_due(now=now + timedelta(seconds=canaries.SHOWN_S + 1))
    case.refresh_from_db()
    assert (case.state, case.disposition) == ("CLOSED", "test")
    canaries.sweep(now=now + timedelta(days=1))
    assert ServiceRequest.objects.exists()
    canaries.sweep(now=now + timedelta(days=3))
    assert not ServiceRequest.objects.exists()
    assert not Alarm.objects.exists()


def test_its_call_is_answered_and_waits_for_nobody(olive):
    phone = Phone(NUMBER)
    phone.dial()
    call = Call.objects.get()
    assert calls_for(olive).filter(pk=call.pk).exists()
    assert call.is_over  # it says its sentence and hangs up
    sweep(timezone.now() + timedelta(seconds=300))
    assert not CallBack.objects.exists()
    assert not Notice.objects.exists()


def test_a_button_that_somebody_wears_is_never_the_canarys(case):
    watch = Device.objects.get(device_id=BUTTON)
    devices.link(watch, elder=cast.Elder.objects.get(), now=timezone.now())
    Client().get("/positions/osmand/", {"id": BUTTON, "alarm": "sos"})
    assert ServiceRequest.objects.latest("pk").priority == "emergency"


def test_without_a_canary_nobody_is_taken_for_one(settings):
    settings.CANARY_DEVICE = settings.CANARY_NUMBER = ""
    Client().get("/positions/osmand/", {"id": BUTTON, "alarm": "sos"})
    assert ServiceRequest.objects.get().priority == "emergency"
    Phone(NUMBER).dial()
    assert Call.objects.get().queued_at is not None
