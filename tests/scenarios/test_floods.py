"""Nobody can flood the desk: strangers' alarms fold, a power cut is one outage, an SOS leads."""

from datetime import timedelta

import pytest

from dispatch import strangers, troubles
from dispatch.models import Notice, RequestAlarm, ServiceRequest, Trouble
from dispatch.pages import labels
from dispatch.pages.desk import notices, queue
from tests import cast
from tracking import devices, reception
from tracking.messages import Kind, Message
from tracking.models import Alarm, Device, Protocol
from tracking.reception import Sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def cries(now):
    def cry(device_id, *kinds, address="10.0.0.1", later_s=0.0):
        message = Message(device_id, kinds=kinds or (Kind.SOS,))
        sender = Sender(Protocol.SIA, address=address)
        at = now + timedelta(seconds=later_s)
        return reception.receive([message], sender=sender, now=at)

    return cry


def cases():
    return ServiceRequest.objects.order_by("pk")


def worn(device_id, name="Elder"):
    elder = cast.Elder.objects.create(name=name, lat=30.27, lon=120.15, grid=cast.willow_lane())
    cast.watch(elder, device_id)
    return elder


# --- strangers -------------------------------------------------------------------------------


def test_four_hundred_strangers_of_one_address_are_a_few_cases_and_all_are_kept(cries):
    for n in range(400):
        cries(f"stranger-{n}", later_s=n)
    assert cases().count() == strangers.CASES + 1
    folded = cases().last()
    assert folded.known_as == "devices at 10.0.0.1"
    assert folded.alarms.count() == folded.sounds == 400 - strangers.CASES
    assert RequestAlarm.objects.count() == Alarm.objects.count() == 400


def test_four_hundred_presses_of_one_stranger_are_one_counted_case(cries):
    for n in range(400):
        cries("stranger", later_s=n)
    (case,) = cases()
    assert case.alarms.count() == case.sounds == 400


def test_strangers_of_other_addresses_have_cases_of_their_own(cries):
    for n in range(strangers.CASES + 2):
        cries(f"stranger-{n}", address=f"10.0.0.{n}")
    assert cases().count() == strangers.CASES + 2


def test_after_ten_minutes_a_new_stranger_has_a_case_again(cries):
    for n in range(strangers.CASES + 1):
        cries(f"stranger-{n}")
    cries("another", later_s=strangers.WINDOW_S + 1)
    assert cases().last().known_as == "device another"


def test_who_was_counted_stays_in_that_case(cries):
    for n in range(strangers.CASES + 1):
        cries(f"stranger-{n}")
    cries(f"stranger-{strangers.CASES}", later_s=strangers.WINDOW_S + 1)
    assert cases().count() == strangers.CASES + 1
    assert cases().last().alarms.count() == 2


def test_a_flood_of_strangers_never_swallows_a_device_of_ours(cries):
    for n in range(10):
        cries(f"stranger-{n}")
    elder = worn("hers")
    unworn = Device.objects.create(device_id="in-the-drawer", registered=True)
    cries("hers")
    cries(unworn.device_id)
    assert cases().filter(elder=elder, came_from="").count() == 1
    assert cases().filter(known_as="device in-the-drawer", came_from="").count() == 1


def test_known_elders_rank_before_strangers_however_many_and_however_long_they_wait(cries, now):
    olive = cast.olive()
    for n in range(110):
        cries(f"stranger-{n}", address=f"10.0.0.{n}")
    elder = worn("hers")
    cries("hers", later_s=300)
    rings = queue.waiting(olive, now=now + timedelta(seconds=301))
    assert rings[0].who.startswith(elder.name)
    assert not any(ring.known for ring in rings[1:])


def test_the_desk_reads_whose_case_it_is(cries, now):
    for n in range(strangers.CASES + 1):
        cries(f"stranger-{n}")
    whose = [labels.whose(case, now=now) for case in cases()]
    assert whose[0] == "Unknown device stranger-0"
    assert whose[-1] == "Unknown devices at 10.0.0.1"


# --- faults ----------------------------------------------------------------------------------


def test_four_hundred_power_cuts_are_one_outage_and_hide_no_press(cries, now):
    olive = cast.olive()
    for n in range(400):
        worn(f"base-{n}")
        if n == 200:
            cries("base-7", Kind.SOS, later_s=n / 10)
        cries(f"base-{n}", Kind.POWER_LOST, later_s=n / 10)
        if n % 100 == 99:
            troubles.sweep(now=now + timedelta(seconds=n / 10))
    (outage,) = Notice.objects.filter(done_at=None, request=None)
    assert (outage.code, outage.times) == ("outage", 1)
    assert "(Willow Lane): 400 devices without power, 0 heard again." in notices.sentence(outage)
    (case,) = cases()
    assert queue.waiting(olive, now=now + timedelta(seconds=60))[0].id == case.pk
    assert Alarm.objects.count() == 401


def test_a_press_beside_a_power_cut_is_a_press_and_joins_the_outage(cries, now):
    olive = cast.olive()
    for n in range(6):
        worn(f"base-{n}")
        cries(f"base-{n}", *([Kind.SOS] if n == 3 else []), Kind.POWER_LOST)
    troubles.sweep(now=now)
    outage = Notice.objects.get(code="outage")
    assert "6 devices without power, 0 heard again." in notices.sentence(outage)
    assert cases().get().note == "sos, power_lost"
    assert queue.waiting(olive, now=now)[0].id == cases().get().pk


def test_a_low_battery_beside_a_press_is_both(cries):
    elder = worn("hers")
    cries("hers", Kind.SOS, Kind.LOW_BATTERY)
    assert cases().get().elder == elder
    trouble = Trouble.objects.get()
    assert (trouble.cause, trouble.elder) == ("low_battery", elder)
    cries("hers", Kind.FALL, Kind.BATTERY_OK, later_s=60)
    assert not Trouble.objects.filter(ended_at=None).exists()
    assert cases().get().sounds == 2


def test_a_press_alone_is_no_fault_and_who_did_not_report_in_is_no_silent_part(cries):
    worn("hers")
    cries("hers", Kind.SOS)
    cries("hers", Kind.SILENT, Kind.OTHER, later_s=60)
    assert cases().get().sounds == 2
    assert not Trouble.objects.exists()


def test_what_a_stranger_says_beside_a_press_stands_in_its_case(cries):
    cries("stranger", Kind.SOS, Kind.LOW_BATTERY)
    assert cases().get().note == "sos, low_battery"
    assert not Trouble.objects.exists()
    assert not Notice.objects.filter(code="unknown_faults").exists()


def test_a_fault_that_cannot_be_told_costs_no_press(cries, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    worn("hers")
    monkeypatch.setattr(troubles, "begin", broken)
    cries("hers", Kind.SOS, Kind.LOW_BATTERY)
    assert cases().get().alarms.get().alarm.handed_over_at is not None


def test_what_comes_back_is_counted_in_the_outage(cries, now):
    for n in range(6):
        worn(f"base-{n}")
        cries(f"base-{n}", Kind.POWER_LOST)
    troubles.sweep(now=now)
    for n in range(2):
        cries(f"base-{n}", Kind.POWER_BACK, later_s=60)
    outage = Notice.objects.get(code="outage")
    assert "6 devices without power, 2 heard again." in notices.sentence(outage)
    assert "2 of 6 people looked after." in notices.sentence(outage)


def test_three_devices_without_power_are_three_devices(cries, now):
    for n in range(3):
        worn(f"base-{n}")
        cries(f"base-{n}", Kind.POWER_LOST)
    troubles.sweep(now=now)
    assert Trouble.objects.filter(cause="power_lost", ended_at=None).count() == 3
    assert not Notice.objects.exists()


def test_faults_of_strangers_are_one_line(cries):
    for n in range(50):
        cries(f"stranger-{n}", Kind.LOW_BATTERY, address=f"10.0.0.{n}")
    (told,) = Notice.objects.all()
    assert (told.code, told.times) == ("unknown_faults", 50)
    assert "stranger-49" in notices.sentence(told)


def test_a_unit_that_can_be_spoken_to_is_rung_first_if_it_is_hers(cries, now):
    from dispatch import emergencies

    mei = cast.mei()
    device = cast.watch(mei)
    message = Message(device.device_id, kinds=(Kind.SOS,), callback="sip:+8613800009999@units")
    reception.receive([message], sender=Sender(Protocol.SCAIP), now=now)
    (case,) = cases()
    assert emergencies._numbers(case) == ["+8613800009999", cast.MEI_NUMBER]
    devices.set_key(device, "00" * 16)  # from now on what is not encrypted proves nothing
    other = Message(device.device_id, kinds=(Kind.SOS,), callback="+8613800008888")
    reception.receive([other], sender=Sender(Protocol.SCAIP), now=now)
    assert "+8613800008888" not in emergencies._numbers(case)
