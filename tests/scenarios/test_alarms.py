"""No call for help is lost (promise 1): a press of a button, whatever is wrong with it.

Devices speak OsmAnd over HTTP, without a position. Each press becomes, or joins, exactly one case
in front of an operator, and each one sounds.
"""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import assignments, closing, intake, offers, selectors
from dispatch.actors import Actor, actor_of
from dispatch.models import ServiceRequest
from dispatch.pages.desk import queue
from dispatch.states import Disposition, Priority
from elders.models import Elder, User
from tests import cast
from tests.dispatch.town import sweep, wants, workers
from tracking import devices
from tracking.models import Alarm, Device

pytestmark = pytest.mark.django_db

WORKER = Actor("worker", None, "Wai")


@pytest.fixture
def mei() -> Elder:
    elder = cast.mei()
    cast.watch(elder)
    return elder


@pytest.fixture
def olive() -> User:
    return cast.olive()


def press(device_id: str = cast.WATCH_ID, **said: object) -> None:
    answer = Client().get("/positions/osmand/", {"id": device_id, "alarm": "sos", **said})
    assert answer.status_code == 200, answer.content


def cases() -> list[ServiceRequest]:
    return list(ServiceRequest.objects.order_by("pk"))


def is_before(operator: User, request: ServiceRequest) -> bool:
    """The case waits at the console of this operator, and nothing about it is unwatched."""
    now = timezone.now()
    rings = queue.read(operator, now=now)["rings"]
    assert not any(selectors.unwatched(now=now).values())
    return (
        ("request", request.pk) in [(ring.kind, ring.id) for ring in rings]
        and selectors.requests_for(operator).filter(pk=request.pk).exists()
        and request.deadlines.filter(kind="unclaimed", fired_at=None, cleared_at=None).exists()
    )


def heard(operator: User) -> int:
    """How often the consoles have sounded for emergencies."""
    return queue.soundings(operator)["emergency"]


def visit(request: ServiceRequest, now: datetime) -> None:
    """Somebody goes there and is finished."""
    (first, *_) = offers.make_next(request.pk, now=now)
    there = offers.accept(first.pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    assignments.finish(there.pk, by=WORKER, now=now)


# --- one press, one case -------------------------------------------------------------------------


def test_a_press_of_a_known_watch_opens_her_emergency(mei, olive):
    press()
    (case,) = cases()
    assert (case.elder, case.priority, case.category_id, case.source) == (
        mei,
        "emergency",
        "medical",
        "alarm",
    )
    assert case.estimate["source"] == "home"  # no position came: her home stands in
    assert case.alarms.count() == 1
    assert is_before(olive, case)
    assert heard(olive) == 1


def test_a_press_of_an_unknown_device_opens_a_case_of_its_own(olive):
    press("nobody-registered-me")
    (case,) = cases()
    assert case.elder is None
    assert "nobody-registered-me" in case.known_as
    assert is_before(olive, case)


@pytest.mark.parametrize(
    "timestamp",
    [
        timedelta(days=-3),
        timedelta(hours=5),
        None,
    ],
    ids=["three days late", "a clock that is ahead", "a clock nobody set"],
)
def test_whatever_the_clock_of_a_device_says_its_alarm_is_of_now(mei, olive, timestamp):
    said = timezone.now() + timestamp if timestamp else datetime.fromtimestamp(0, tz=None)
    press(timestamp=int(said.timestamp()))
    (case,) = cases()
    assert case.elder == mei
    assert is_before(olive, case)


def test_a_late_press_joins_what_is_open(mei, olive):
    press()
    press(timestamp=int((timezone.now() - timedelta(hours=6)).timestamp()))
    (case,) = cases()
    assert (case.alarms.count(), case.sounds) == (2, 2)


def test_a_repeating_watch_makes_one_case_that_sounds_each_time(mei, olive):
    for times in range(1, 6):
        press()
        (case,) = cases()
        assert case.sounds == heard(olive) == times
    assert case.alarms.count() == 5
    assert case.events.filter(kind="request.joined").count() == 4


def test_the_same_message_again_is_the_same_alarm_and_sounds_again(mei, olive):
    at = int(timezone.now().timestamp())
    press(timestamp=at)
    press(timestamp=at)
    (case,) = cases()
    assert Alarm.objects.get().repeats == 1
    assert (case.alarms.count(), case.sounds) == (1, 2)


def test_rubbish_beside_an_alarm_does_not_silence_it(mei, olive):
    press(lat="north", lon="\x01", timestamp="yesterday", accuracy="-")
    (case,) = cases()
    assert is_before(olive, case)


def test_a_press_with_a_position_after_one_without_tells_where(mei):
    mei.lat = mei.lon = None
    mei.save()
    press()
    (case,) = cases()
    assert case.estimate is None
    press(lat=30.28, lon=120.16, accuracy=10)
    (case,) = cases()
    assert (case.estimate["lat"], case.estimate["source"]) == (30.28, "device")
    assert case.events.filter(kind="request.located").count() == 1


# --- whose case ----------------------------------------------------------------------------------


def test_two_devices_of_hers_are_one_case_and_her_housemates_is_another(mei, olive):
    bo = cast.bo(mei)
    cast.watch(bo, "bo-watch")
    pendant = Device.objects.create(device_id="mei-pendant")
    devices.link(pendant, elder=mei, now=cast.BEFORE)
    press("bo-watch")
    press(cast.WATCH_ID)
    press("mei-pendant")
    his, hers = cases()
    assert (his.elder, his.alarms.count(), his.sounds) == (bo, 1, 1)
    assert (hers.elder, hers.alarms.count(), hers.sounds) == (mei, 2, 2)
    assert is_before(olive, his)
    assert is_before(olive, hers)
    assert heard(olive) == 3


def test_an_alarm_never_joins_a_routine_or_urgent_request(mei, olive):
    now = timezone.now()
    wants(mei, now=now)
    wants(mei, now=now, category="medical", priority=Priority.URGENT)
    press()
    *others, case = cases()
    assert case.priority == "emergency"
    assert [other.alarms.count() for other in others] == [0, 0]
    assert is_before(olive, case)


def test_an_alarm_joins_a_request_that_was_made_an_emergency(mei, olive):
    meal = wants(mei, now=timezone.now())
    intake.escalate(meal.pk, by=actor_of(olive), now=timezone.now())
    press()
    (case,) = cases()
    assert (case.pk, case.sounds) == (meal.pk, 3)


def test_unknown_devices_fold_each_into_its_own_case(olive):
    for device in ("one", "two", "one", "one", "two"):
        press(device)
    one, two = cases()
    assert (one.alarms.count(), two.alarms.count()) == (3, 2)
    assert (one.sounds, two.sounds) == (3, 2)
    assert heard(olive) == 5


def test_an_unknown_device_never_joins_the_case_of_somebody_known(mei):
    press()
    press("stranger")
    assert [case.elder for case in cases()] == [mei, None]


def test_two_workers_of_one_name_are_two_cases(mei):
    crew = workers(cast.sunrise_kitchen(), 2)
    for n, worker in enumerate(crew):
        worker.name, worker.name_zh = "Wai Ho", "何伟"
        worker.save()
        device = Device.objects.create(device_id=f"phone-{n}")
        devices.link(device, worker=worker, now=cast.BEFORE)
        press(f"phone-{n}")
    assert len(cases()) == 2


def test_a_recycled_watch_speaks_for_who_wears_it_now(mei):
    lan = cast.lan()
    watch = Device.objects.get(device_id=cast.WATCH_ID)
    devices.link(watch, elder=lan, now=timezone.now() - timedelta(days=1))
    press()
    (case,) = cases()
    assert case.elder == lan


def test_an_elder_in_hospital_or_away_is_heard_all_the_same(mei, olive):
    for status in ("away", "in_hospital", "deceased"):
        Elder.objects.update(status=status)
        press()
    (case,) = cases()
    assert case.sounds == 3


def test_an_unverified_alarm_is_handled(mei, olive):
    Device.objects.update(require_token=True)
    press()
    (case,) = cases()
    assert not Alarm.objects.get().verified
    assert is_before(olive, case)


# --- after the visit -----------------------------------------------------------------------------


def test_a_press_while_somebody_is_there_joins_and_after_done_it_is_a_new_one(mei, olive):
    workers(cast.sunrise_kitchen(), 4)
    press()
    (case,) = cases()
    now = timezone.now()
    (first, *_) = offers.make_next(case.pk, now=now)
    there = offers.accept(first.pk, by=WORKER, now=now)
    assignments.arrive(there.pk, by=WORKER, now=now)
    press()
    (case,) = cases()
    assert (case.state, case.sounds) == ("ON_SCENE", 2)
    assignments.finish(there.pk, by=WORKER, now=now)
    press()
    done, new = cases()
    assert (done.state, done.sounds) == ("DONE", 2)
    assert new.state == "NEW"
    assert is_before(olive, new)


def test_the_same_message_again_after_done_is_a_new_case(mei):
    workers(cast.sunrise_kitchen(), 4)
    at = int(timezone.now().timestamp())
    press(timestamp=at)
    visit(cases()[0], timezone.now())
    press(timestamp=at)
    assert [case.alarms.count() for case in cases()] == [1, 1]


def test_a_press_after_closing_is_a_new_case(mei, olive):
    press()
    (case,) = cases()
    closing.close(
        case.pk,
        by=actor_of(olive),
        now=timezone.now(),
        disposition=Disposition.FALSE_ALARM,
    )
    press()
    assert [case.state for case in cases()] == ["CLOSED", "NEW"]


# --- what is no call for help --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["lowBattery", "powerOff"])
def test_a_fault_of_a_device_is_on_the_list_and_no_emergency(mei, olive, kind):
    Client().get("/positions/osmand/", {"id": cast.WATCH_ID, "alarm": kind})
    assert cases() == []
    assert selectors.troubles_for(olive).get().elder == mei


def test_low_battery_does_not_mask_a_press(mei):
    Client().get("/positions/osmand/", {"id": cast.WATCH_ID, "alarm": "lowBattery,sos"})
    (case,) = cases()
    assert case.priority == "emergency"


def test_a_strangers_position_alone_sends_nobody(olive):
    workers(cast.sunrise_kitchen(), 4)
    press("stranger", lat=30.2741, lon=120.1551)
    (case,) = cases()
    for seconds in (0, 40, 80, 200):
        sweep(timezone.now() + timedelta(seconds=seconds))
    case.refresh_from_db()
    assert not case.offers.exists()
    assert case.state == "UNFILLED"
    made = offers.make_next(case.pk, by=actor_of(olive), now=timezone.now())
    assert len(made) == 3  # a person may
