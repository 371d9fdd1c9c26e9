"""Zones of an elder: her devices cross them, and what should not be becomes an alarm of ours."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from elders.models import Elder
from tests import cast
from tracking import devices, fences, wording, zones
from tracking.messages import Fix, Message
from tracking.models import Alarm, Device, DeviceCommand, Protocol, Zone, ZoneCrossing, ZoneStand
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db
TOWN = ZoneInfo("Asia/Shanghai")
HOME = (30.2741, 120.1551)
NIGHT = datetime(2026, 3, 10, 2, tzinfo=TOWN)
DAY = datetime(2026, 3, 10, 10, tzinfo=TOWN)
M = 1 / 110_870  # degrees of latitude a metre, at 30° north
Walk = Callable[..., None]


@pytest.fixture
def mei(notebook) -> Elder:
    return cast.mei()


@pytest.fixture
def watch(mei) -> Device:
    return cast.watch(mei)


def zone(mei: Elder, **more: object) -> Zone:
    facts = {"name": "home", "corners": [list(HOME)], "longest_s": 3 * 3600, **more}
    return Zone.objects.create(elder=mei, **facts)


@pytest.fixture
def walk(watch, django_capture_on_commit_callbacks) -> Walk:
    """`walk(NIGHT, (0, 0), (60, 300))`: seconds after it, metres north of home; heard at once."""

    def go(begin: datetime, *steps: tuple[float, float], device: str = "", **more: object) -> None:
        for second, metres in steps:
            at = begin + timedelta(seconds=second)
            fix = Fix(HOME[0] + metres * M, HOME[1], at, **{"accuracy_m": 10, **more})
            message = Message(device or watch.device_id, fix=fix)
            with django_capture_on_commit_callbacks(execute=True):
                receive([message], sender=Sender(Protocol.OSMAND), now=at)

    return go


def told(alarm: Alarm, language: str = "en") -> str:
    with translation.override(language):
        return wording.strayed(alarm)


def crossings() -> list[tuple[bool, datetime]]:
    return list(ZoneCrossing.objects.order_by("pk").values_list("entered", "at"))


def test_leaving_home_at_night_is_an_alarm_with_the_direction_she_goes(mei, walk, notebook):
    home = zone(mei)
    walk(NIGHT, (0, 0), (60, 100), (120, 300), (180, 400))
    (alarm,) = Alarm.objects.all()
    assert alarm.kinds == ["zone_exit"]
    assert (alarm.elder, alarm.zone, alarm.verified) == (mei, home, True)
    assert alarm.lat == pytest.approx(HOME[0] + 400 * M)
    assert told(alarm) == (
        "Is away from home when she should be there. Last seen at 02:03. Going north."
    )
    assert notebook.raised_alarms == [alarm.pk]
    assert crossings() == [(False, NIGHT + timedelta(seconds=120))]


def test_it_is_one_alarm_however_far_she_goes_and_another_the_next_time(mei, walk):
    zone(mei)
    away = [(120 + 60 * n, 300 + 50 * n) for n in range(20)]
    walk(NIGHT, (0, 0), *away)
    zones.fire_due(now=NIGHT + timedelta(hours=2))
    assert Alarm.objects.count() == 1
    walk(NIGHT + timedelta(hours=2), (0, 0), (60, 0), (120, 300), (180, 300))
    assert Alarm.objects.count() == 2
    assert [entered for entered, _ in crossings()] == [False, True, False]


def test_by_day_she_may_go_and_is_missed_when_she_stays_away(mei, walk):
    zone(mei)
    walk(DAY, (0, 0), (600, 900), (1200, 900))
    assert not Alarm.objects.exists()
    left = DAY + timedelta(seconds=600)
    assert zones.fire_due(now=left + timedelta(hours=3, seconds=-1)) == 0
    assert zones.fire_due(now=left + timedelta(hours=3)) == 1
    assert Alarm.objects.get().kinds == ["zone_exit"]


def test_away_for_longer_than_she_usually_is(mei, walk, watch):
    home = zone(mei, longest_s=None)
    for day in range(1, 15):
        left = DAY - timedelta(days=day)
        for entered, at in ((False, left), (True, left + timedelta(hours=4))):
            home.crossings.create(device=watch, entered=entered, at=at, noticed_at=at)
    walk(DAY, (0, 0), (600, 900), (1200, 900))
    left = DAY + timedelta(seconds=600)
    zones.fire_due(now=left + timedelta(hours=5, minutes=59))
    assert not Alarm.objects.exists()
    zones.fire_due(now=left + timedelta(hours=6))
    assert Alarm.objects.count() == 1


def test_who_comes_home_in_time_is_not_missed(mei, walk):
    zone(mei)
    walk(DAY, (0, 0), (600, 900), (1200, 900), (3600, 0), (3660, 0))
    zones.fire_due(now=DAY + timedelta(hours=9))
    assert not Alarm.objects.exists()


def test_out_already_when_the_night_begins_is_told_half_an_hour_into_it(mei, walk):
    zone(mei, longest_s=24 * 3600)
    evening = datetime(2026, 3, 10, 20, tzinfo=TOWN)
    walk(evening, (0, 0), (600, 900), (1200, 900))
    zones.fire_due(now=datetime(2026, 3, 10, 22, 29, tzinfo=TOWN))
    assert not Alarm.objects.exists()
    zones.fire_due(now=datetime(2026, 3, 10, 22, 30, tzinfo=TOWN))
    assert Alarm.objects.count() == 1


def test_a_watch_that_wavers_at_the_fence_tells_nothing(mei, walk):
    zone(mei)
    walk(NIGHT, *((30 * n, 260 if n % 2 else 0) for n in range(40)))
    assert crossings() == []
    assert not Alarm.objects.exists()


def test_a_coarse_fix_raises_nothing_and_hides_nothing(mei, walk):
    zone(mei)
    walk(NIGHT, (0, 0))
    walk(NIGHT, (60, 900), (130, 900), accuracy_m=2000)
    assert not Alarm.objects.exists()
    walk(NIGHT, (200, 900))
    walk(NIGHT, (230, 900), accuracy_m=2000)
    walk(NIGHT, (260, 900))
    assert Alarm.objects.count() == 1


def test_a_watch_that_falls_silent_after_one_fix_outside_is_believed_in_the_end(mei, walk, watch):
    zone(mei)
    walk(NIGHT, (0, 0), (60, 400))
    zones.fire_due(now=NIGHT + timedelta(seconds=959))
    assert not Alarm.objects.exists()
    zones.fire_due(now=NIGHT + timedelta(seconds=960))
    assert Alarm.objects.get().device == watch


def test_after_one_fix_outside_a_watch_is_asked_where_it_is(mei, walk, watch):
    zone(mei)
    Device.objects.filter(pk=watch.pk).update(protocol=Protocol.WATCH)
    walk(NIGHT, (0, 0), (60, 400), (90, 400))
    assert [command.order for command in DeviceCommand.objects.all()] == ["locate"]


def test_a_leap_leaves_no_zone(mei, walk):
    zone(mei)
    walk(NIGHT, (0, 0), (10, 90_000))
    zones.fire_due(now=NIGHT + timedelta(hours=1))
    assert not Alarm.objects.exists()


def test_a_fix_that_the_device_doubts_judges_nothing(mei, walk):
    zone(mei)
    walk(NIGHT, (0, 0))
    walk(NIGHT, (60, 900), (130, 900), valid=False)
    assert ZoneStand.objects.get().side == "inside"


def test_going_where_she_should_not_be_is_an_alarm(mei, walk):
    river = [[HOME[0] + 800 * M, HOME[1] - 0.01], [HOME[0] + 800 * M, HOME[1] + 0.01]]
    zone(
        mei,
        kind="no_go",
        name="the river",
        corners=river,
        radius_m=60,
        watched_from=time(0),
        watched_until=time(0),
    )
    walk(DAY, (0, 0), (600, 700), (700, 790), (760, 800))
    (alarm,) = Alarm.objects.all()
    assert alarm.kinds == ["zone_enter"]
    assert told(alarm).startswith("Is where she should not be: the river. Last seen at 10:12.")


def test_what_was_buffered_at_night_is_judged_in_its_order_when_it_comes(
    mei, watch, walk, django_capture_on_commit_callbacks
):
    zone(mei)
    walk(NIGHT, (0, 0))
    later = NIGHT + timedelta(hours=2)
    said = [
        Message(
            watch.device_id, fix=Fix(HOME[0] + m * M, HOME[1], NIGHT + timedelta(seconds=s), 10)
        )
        for s, m in ((150, 400), (60, 300), (200, 500))
    ]
    with django_capture_on_commit_callbacks(execute=True):
        receive(said, sender=Sender(Protocol.OSMAND), now=later)
    assert crossings() == [(False, NIGHT + timedelta(seconds=60))]
    assert Alarm.objects.count() == 1


def test_what_a_process_stored_and_did_not_judge_is_judged_by_the_next(mei, watch, walk):
    zone(mei)
    walk(NIGHT, (0, 0), (60, 400))
    at = NIGHT + timedelta(seconds=180)
    fix = Fix(HOME[0] + 500 * M, HOME[1], at, 10)
    receive([Message(watch.device_id, fix=fix)], sender=Sender(Protocol.OSMAND), now=at)
    assert not Alarm.objects.exists()  # the process ended before it looked
    assert zones.catch_up(now=at) == 1
    assert Alarm.objects.count() == 1
    assert zones.catch_up(now=at) == 0


def test_each_device_stands_for_itself_and_one_that_changed_hands_for_nobody(mei, walk, watch):
    zone(mei)
    cast.watch(mei, "telephone")
    walk(NIGHT, (0, 0))
    walk(NIGHT, (0, 0), (60, 0), device="telephone")
    walk(NIGHT, (60, 400), (130, 400))
    assert Alarm.objects.count() == 1
    walk(NIGHT, (200, 400), device="telephone")
    devices.link(Device.objects.get(device_id="telephone"), elder=cast.lan(), now=NIGHT)
    zones.fire_due(now=NIGHT + timedelta(days=1))
    assert Alarm.objects.count() == 1


def test_a_zone_that_is_switched_off_or_changed_forgets_who_stood_where(mei, walk):
    home = zone(mei)
    walk(DAY, (0, 0), (600, 900), (1200, 900))
    Zone.objects.update(active=False)
    zones.fire_due(now=DAY + timedelta(hours=9))
    assert not Alarm.objects.exists()
    fences.begin_again(home)
    assert not ZoneStand.objects.exists()


def test_a_zone_drawn_while_she_is_out_is_given_time(mei, walk):
    zone(mei)
    walk(NIGHT, (0, 900), (60, 900))
    assert not Alarm.objects.exists()
    zones.fire_due(now=NIGHT + timedelta(minutes=30))
    assert Alarm.objects.count() == 1


def test_devices_without_zones_cost_no_question_more(mei, walk, django_assert_max_num_queries):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            walk(DAY, (asked.at, 0))
        asked.at += 60
        return len(queries)

    asked.at = 0
    asked()
    without = asked()
    zone(mei)
    assert asked() > without
    Zone.objects.update(active=False)
    assert asked() == without


def test_a_zone_without_a_shape_keeps_no_other_from_watching(mei, walk):
    zone(mei, corners=[])
    zone(mei)
    walk(NIGHT, (0, 0), (60, 400), (130, 400))
    assert Alarm.objects.count() == 1


def test_when_nobody_takes_the_alarm_it_waits(mei, walk, notebook):
    zone(mei)
    notebook.refusing = True
    walk(NIGHT, (0, 0), (60, 400), (130, 400))
    assert Alarm.objects.get().handed_over_at is None
