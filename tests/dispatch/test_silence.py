"""A device that is not heard from: one entry that does not nag, and ends when it is heard again."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch import offers, troubles
from dispatch.models import Notice, ServiceRequest, Trouble
from dispatch.pages.desk import queue
from elders.models import Elder
from providers import duty
from tests import cast
from tests.dispatch.town import WORKER, wants
from tracking import devices, reception, silence
from tracking.messages import Kind, Message
from tracking.minding import DeviceKind, Listening
from tracking.models import Device, DeviceLink, Protocol
from tracking.reception import Sender

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mei(now):
    """She wears a watch, and the house has listened for a while."""
    elder = cast.mei()
    device = cast.watch(elder)
    Device.objects.filter(pk=device.pk).update(protocol=Protocol.WATCH)
    before = now - timedelta(seconds=20)
    Listening.objects.create(since=now - timedelta(days=9), at=before)
    return elder


def says(now, *kinds, device=cast.WATCH_ID, protocol=Protocol.WATCH, **facts):
    message = Message(device, kinds=kinds, **facts)
    reception.receive([message], sender=Sender(protocol), now=now)


def time_passes(since, until, *, step=timedelta(minutes=20)):
    """The house is up all the time; the sweep is looked at now and then."""
    now = since
    while now < until:
        now = min(now + step, until)
        Listening.objects.update(at=now - timedelta(seconds=20))
        troubles.sweep(now=now)
    return now


def open_ones(cause="silent"):
    return Trouble.objects.filter(cause=cause, ended_at=None)


def test_a_watch_that_is_not_heard_in_time_is_one_entry_until_it_speaks(mei, now):
    says(now)
    at = time_passes(now, now + 2 * HOUR - timedelta(minutes=1))
    assert not open_ones().exists()
    at = time_passes(at, now + 9 * HOUR)
    (row,) = open_ones()
    assert (row.elder, row.since, row.times) == (mei, now, 1)
    says(at)
    troubles.sweep(now=at + timedelta(seconds=1))
    assert not open_ones().exists()
    time_passes(at, at + 3 * HOUR)
    assert open_ones().count() == 1  # silent anew is told anew


def test_who_speaks_within_the_interval_is_never_missed(mei, now):
    for n in range(40):
        says(now + n * HOUR)
        time_passes(now + n * HOUR, now + (n + 1) * HOUR)
    assert not Trouble.objects.exists()


def test_a_whole_register_is_watched_within_minutes(now):
    elder, count = cast.mei(), 2 * silence.BATCH + 1
    spare = [Device(device_id=f"spare {n}", registered=True) for n in range(silence.BATCH + 1)]
    worn = [Device(device_id=f"worn {n}", registered=True, protocol="watch") for n in range(count)]
    Device.objects.bulk_create([*spare, *worn])
    DeviceLink.objects.bulk_create(
        DeviceLink(device=device, elder=elder, since=cast.BEFORE) for device in worn
    )
    assert silence.enrol(now=now) == count
    (due,) = Device.objects.values_list("due_at", flat=True).exclude(due_at=None).distinct()
    assert due == now + 2 * HOUR
    assert silence.enrol(now=now) == 0
    assert silence.ENROLLED / silence.NOTED_EVERY_S * 600 > 500_000


def test_how_long_is_a_row_that_a_town_edits(mei, now):
    DeviceKind.objects.filter(pk="watch").update(silent_after_s=600)
    troubles.sweep(now=now)
    says(now)
    time_passes(now, now + timedelta(minutes=12))
    assert open_ones().exists()


def test_the_register_may_say_that_a_device_is_of_another_kind(mei, now):
    Device.objects.update(kind=DeviceKind.objects.create(code="drawer", name="In the drawer"))
    says(now)
    time_passes(now, now + 5 * HOUR)
    assert not Trouble.objects.exists()


def test_a_device_that_was_never_heard_is_missed_after_one_interval(mei, now):
    troubles.sweep(now=now)
    time_passes(now, now + 2 * HOUR + timedelta(minutes=3))
    assert open_ones().exists()


def test_nobody_is_silent_because_we_were_deaf(mei, now):
    says(now)
    troubles.sweep(now=now)
    troubles.sweep(now=now + 5 * HOUR)  # the house was down meanwhile
    assert not Trouble.objects.exists()
    time_passes(now + 5 * HOUR, now + 7 * HOUR + timedelta(minutes=3))
    assert open_ones().exists()


def test_a_device_that_nobody_has_is_not_missed_and_one_that_is_taken_back_is_not_silent(mei, now):
    says(now)
    time_passes(now, now + 3 * HOUR)
    devices.unlink(Device.objects.get(), now=now + 3 * HOUR)
    time_passes(now + 3 * HOUR, now + 9 * HOUR)
    assert not open_ones().exists()
    assert not silence.watched().exists()


def test_of_the_dead_nothing_is_told(mei, now):
    Elder.objects.update(status=Elder.Status.DECEASED)
    says(now)
    time_passes(now, now + 3 * HOUR)
    assert not Trouble.objects.exists()


def test_a_message_moves_no_deadline(mei, now, django_assert_num_queries):
    """What is indexed is not written with every message: half a million devices speak."""
    says(now)
    troubles.sweep(now=now)
    due_at = Device.objects.get().due_at
    says(now + HOUR)
    assert Device.objects.get().due_at == due_at


def test_a_sweep_with_nothing_due_asks_little(mei, now, django_assert_max_num_queries):
    says(now)
    troubles.sweep(now=now)
    with django_assert_max_num_queries(20):
        troubles.sweep(now=now + timedelta(seconds=1))


def test_a_battery_that_is_nearly_empty_is_told_once_and_goes_when_it_is_charged(mei, now):
    DeviceKind.objects.filter(pk="watch").update(silent_after_s=600)
    troubles.sweep(now=now)
    for n in range(1, 30):
        says(now + timedelta(minutes=n), battery=9)
        time_passes(now + timedelta(minutes=n), now + timedelta(minutes=n + 1))
    assert open_ones("low_battery").count() == 1
    says(now + HOUR, battery=20)
    troubles.sweep(now=now + HOUR)
    assert open_ones("low_battery").exists()  # it does not flicker
    says(now + HOUR, battery=95)
    troubles.sweep(now=now + HOUR)
    assert not open_ones("low_battery").exists()


@pytest.mark.parametrize(
    ("kind", "over"),
    [
        (Kind.LOW_BATTERY, Kind.BATTERY_OK),
        (Kind.POWER_LOST, Kind.POWER_BACK),
        (Kind.REMOVED, None),
        (Kind.TAMPER, None),
        (Kind.SIM, None),
    ],
)
def test_what_a_device_says_of_itself_is_one_entry_that_does_not_nag(mei, now, kind, over):
    olive = cast.olive()
    before = queue.soundings(olive)
    for n in range(10):
        says(now + timedelta(minutes=n), kind)
    (row,) = open_ones(kind)
    assert (row.elder, row.times, row.opened_at) == (mei, 10, now)
    assert queue.soundings(olive) == before
    assert not ServiceRequest.objects.exists()
    assert not Notice.objects.exists()
    if over:
        says(now + HOUR, over)
    else:
        troubles.dealt_with(row, by=olive, now=now)
    assert not Trouble.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("protocol", [Protocol.OWNTRACKS, Protocol.TRACCAR])
def test_a_server_that_says_the_device_has_gone_makes_the_same_entry(mei, now, protocol):
    troubles.sweep(now=now)
    for n in range(3):
        says(now + timedelta(minutes=n), Kind.SILENT, protocol=protocol)
        troubles.sweep(now=now + timedelta(minutes=n, seconds=1))
    (row,) = open_ones()
    assert (row.cause, row.times) == ("silent", 3)
    says(now + HOUR, protocol=protocol)
    troubles.sweep(now=now + HOUR)
    assert not open_ones().exists()


def test_a_unit_that_misses_one_of_its_parts_is_not_silent_itself(mei, now):
    says(now, Kind.SILENT, protocol=Protocol.SIA)
    says(now + HOUR, protocol=Protocol.SIA)
    troubles.sweep(now=now + HOUR)
    assert open_ones("part_silent").exists()
    assert not open_ones().exists()


def test_an_alarm_beside_a_fault_is_an_alarm(mei, now):
    says(now, Kind.SOS, Kind.LOW_BATTERY)
    assert ServiceRequest.objects.get().priority == "emergency"


# --- what a vehicle tells ----------------------------------------------------------------------


def test_what_a_vehicle_tells_of_braking_is_no_emergency_unless_a_town_says_so(mei, now):
    Device.objects.update(protocol=Protocol.JT808)
    says(now, Kind.OTHER, protocol=Protocol.JT808)
    assert not ServiceRequest.objects.exists()
    assert open_ones("other").exists()
    DeviceKind.objects.filter(pk="vehicle").update(other_is_help=True)
    says(now, Kind.OTHER, protocol=Protocol.JT808)
    assert ServiceRequest.objects.get().priority == "emergency"


@pytest.mark.parametrize("kind", [Kind.SOS, Kind.FALL, Kind.RAW])
def test_a_press_in_a_vehicle_is_a_press(mei, now, kind):
    Device.objects.update(protocol=Protocol.JT808)
    says(now, kind, Kind.OTHER, protocol=Protocol.JT808)
    assert ServiceRequest.objects.get().priority == "emergency"


def test_what_a_watch_cannot_name_is_a_call_for_help(mei, now):
    says(now, Kind.OTHER)
    assert ServiceRequest.objects.get().priority == "emergency"


# --- workers -----------------------------------------------------------------------------------


@pytest.fixture
def wai(now):
    Listening.objects.create(since=now - timedelta(days=9), at=now - timedelta(seconds=20))
    worker = cast.wai(cast.sunrise_kitchen())
    phone = Device.objects.create(device_id="wai-phone", protocol=Protocol.OSMAND)
    devices.link(phone, worker=worker, now=cast.BEFORE)
    return worker


def shares(now):
    says(now, device="wai-phone", protocol=Protocol.OSMAND)


def test_a_worker_on_the_way_who_is_not_heard_is_told_with_the_request(wai, now):
    request = wants(cast.mei(), now=now)
    (offer,) = offers.make_next(request.pk, now=now)
    offers.accept(offer.pk, by=WORKER, now=now)
    shares(now)
    time_passes(now, now + HOUR / 2 - timedelta(minutes=1))
    assert not request.notices.filter(code="worker_silent").exists()
    time_passes(now + HOUR / 2 - timedelta(minutes=1), now + 3 * HOUR)
    assert request.notices.get(code="worker_silent").times == 1


def test_a_worker_on_duty_who_is_not_heard_any_more_is_missed_until_heard(wai, now):
    shares(now)
    time_passes(now, now + HOUR)
    (row,) = open_ones("silent")
    assert row.worker == wai
    shares(now + HOUR)
    time_passes(now + HOUR, now + HOUR + timedelta(minutes=1))
    assert not open_ones("silent")


def test_who_goes_off_duty_is_missed_no_longer(wai, now):
    shares(now)
    time_passes(now, now + HOUR)
    duty.set_duty(wai, False, now=now + HOUR)
    time_passes(now + HOUR, now + 2 * HOUR)
    assert not open_ones("silent")


def test_a_worker_who_did_not_share_in_this_duty_promised_nothing(wai, now):
    shares(now - 24 * HOUR)
    duty.set_duty(wai, False, now=now - 20 * HOUR)
    duty.set_duty(wai, True, now=now - HOUR)
    time_passes(now, now + 3 * HOUR)
    assert not open_ones("silent")


# --- the page ----------------------------------------------------------------------------------


def test_the_list_names_who_it_is_and_a_person_may_see_to_it(mei):
    now = timezone.now()
    says(now, Kind.REMOVED)
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(cast.olive())
    shown = client.get(reverse("console-devices")).content.decode()
    assert "Mei Chen" in shown
    assert "taken off" in shown
    queue = client.get(reverse("console-queue")).content.decode()
    assert re.search(r"1 device\s*<", queue)
    (row,) = open_ones("removed")
    assert client.post(reverse("console-device-done", args=[row.pk])).status_code == 204
    assert client.post(reverse("console-device-done", args=[row.pk])).status_code == 404
    assert "All devices are well." in client.get(reverse("console-devices-list")).content.decode()


def test_a_desk_of_another_town_sees_none_of_it(mei, now):
    says(now, Kind.REMOVED)
    elsewhere = cast.olive()
    elsewhere.grids.add(cast.GridCell.objects.create(code="44", name="Elsewhere", level=1))
    client = Client()
    client.force_login(elsewhere)
    assert "Mei Chen" not in client.get(reverse("console-devices")).content.decode()
    (row,) = open_ones("removed")
    assert client.post(reverse("console-device-done", args=[row.pk])).status_code == 404
