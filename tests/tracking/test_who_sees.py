"""Who may see which device, and how far back."""

from datetime import datetime, timedelta

import pytest

from elders import consent
from elders.consent import Scope
from elders.models import GridCell
from tests import cast
from tracking import devices
from tracking.models import Alarm, Device, Position
from tracking.selectors import alarms_for, devices_for, devices_of, positions_for, unknown_devices

pytestmark = pytest.mark.django_db


def seen(user, now: datetime) -> set[str]:
    return set(devices_for(user, now=now).values_list("device_id", flat=True))


def fix(device: Device, at: datetime) -> Position:
    clocks = {"fixed_at": at, "received_at": at, "stored_at": at}
    return Position.objects.create(device=device, lat=30.27, lon=120.15, **clocks)


def test_the_desk_sees_every_device_unknown_ones_too(now):
    cast.watch(cast.mei())
    Device.objects.create(device_id="stranger")
    assert seen(cast.olive(), now) == seen(cast.agnes(), now) == {cast.WATCH_ID, "stranger"}
    assert [device.device_id for device in unknown_devices()] == ["stranger"]


def test_an_operator_of_another_part_of_town_sees_only_strangers(now):
    cast.watch(cast.mei())
    Device.objects.create(device_id="stranger")
    olive = cast.olive()
    olive.grids.add(GridCell.objects.create(code="330199", level=1))
    assert seen(olive, now) == {"stranger"}


def test_family_sees_the_watch_with_consent_for_whereabouts_only(now):
    mei = cast.mei()
    cast.watch(mei)
    ka_ming = cast.ka_ming(mei)
    assert seen(ka_ming, now) == set()
    consent.give(mei, ka_ming, Scope.WHEREABOUTS, now=now)
    assert seen(ka_ming, now) == {cast.WATCH_ID}
    mei.family.update(barred=True)
    assert seen(ka_ming, now) == set()


def test_another_family_a_station_and_an_administrator_see_nothing(now):
    cast.watch(cast.mei())
    for user in (cast.rose(cast.lan()), cast.ping(), cast.ada()):
        assert seen(user, now) == set()


def test_mei_sees_her_watch_and_wai_his_telephone(now):
    mei = cast.mei()
    watch = cast.watch(mei)
    wai = cast.wai(cast.sunrise_kitchen())
    phone = Device.objects.create(device_id="phone of wai")
    devices.link(phone, worker=wai, now=cast.BEFORE)
    assert wai.user is not None
    assert seen(cast.signed_in(mei), now) == {cast.WATCH_ID}
    assert seen(wai.user, now) == {"phone of wai"}
    assert devices_of(mei, now=now).get() == watch


def test_nobody_but_the_desk_sees_where_a_watch_was_with_its_last_holder(now):
    mei, lan = cast.mei(), cast.lan()
    watch = cast.watch(lan)
    before, after = now - timedelta(days=1), now + timedelta(minutes=1)
    fix(watch, before)
    Alarm.objects.create(device=watch, kinds=["sos"], received_at=before)
    devices.link(watch, elder=mei, now=now)
    fix(watch, after)
    user, olive = cast.signed_in(mei), cast.olive()
    assert [p.fixed_at for p in positions_for(user, watch, now=after)] == [after]
    assert positions_for(olive, watch, now=after).count() == 2
    assert alarms_for(user, watch, now=after).count() == 0
    assert alarms_for(olive, watch, now=after).count() == 1
    assert positions_for(cast.rose(lan), watch, now=after).count() == 0


def test_a_device_has_one_holder_at_a_time(now):
    mei, lan = cast.mei(), cast.lan()
    watch = cast.watch(mei)
    devices.link(watch, elder=lan, now=now)
    first, second = devices.holder_at(watch, cast.BEFORE), devices.holder_at(watch, now)
    assert first is not None
    assert second is not None
    assert (first.elder, second.elder) == (mei, lan)
    devices.unlink(watch, now=now + timedelta(hours=1))
    assert devices.holder_at(watch, now + timedelta(hours=1)) is None
