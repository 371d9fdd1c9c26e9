"""Tests of buttons: in service after the first one, asked for every month, never assumed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch import closing, trials, voice
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.models import ServiceRequest
from dispatch.pages.desk import queue
from dispatch.states import Disposition
from elders.models import Elder
from tests import cast
from tests.dispatch.test_silence import says
from tests.dispatch.town import cries
from tracking import devices
from tracking.messages import Kind
from tracking.models import Alarm, Device, DeviceLink, Protocol, Zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    elder = cast.mei()
    cast.watch(elder)
    Device.objects.update(protocol=Protocol.WATCH)
    return elder


@pytest.fixture
def olive():
    return cast.olive()


def names(olive, now):
    return [link.elder.name for link in trials.due(olive, now=now)]


def presses_for_a_test(olive, now, device=cast.WATCH_ID):
    """She presses, an operator speaks with her, and marks it."""
    says(now, Kind.SOS, device=device)
    case = ServiceRequest.objects.latest("pk")
    voice.spoke(case.pk, "she tried it", by=olive, now=now)
    case.refresh_from_db()
    trials.mark(case, seq=case.seq, by=olive, now=now)
    case.refresh_from_db()
    return case


def test_a_fence_of_ours_that_was_tried_is_no_press_of_her_button(mei, olive, now):
    says(now, Kind.SOS)
    fence = Zone.objects.create(elder=mei, name="home", corners=[[mei.lat, mei.lon]])
    Alarm.objects.update(zone=fence)
    case = ServiceRequest.objects.get()
    voice.spoke(case.pk, "she walked out to try it", by=olive, now=now)
    case.refresh_from_db()
    with pytest.raises(DispatchError) as refused:
        trials.mark(case, seq=case.seq, by=olive, now=now)
    assert refused.value.code == "not_an_alarm"
    closing.close(case.pk, by=actor_of(olive), now=now, disposition=Disposition.TEST)
    assert DeviceLink.objects.get().in_service_at is None


def test_a_press_is_an_emergency_until_somebody_has_heard_that_it_was_a_test(mei, olive, now):
    says(now, Kind.SOS)
    case = ServiceRequest.objects.get()
    assert (case.priority, queue.soundings(olive)["emergency"]) == ("emergency", 1)
    with pytest.raises(DispatchError) as refused:
        trials.mark(case, seq=case.seq, by=olive, now=now)
    assert refused.value.code == "not_spoken"
    case.refresh_from_db()
    assert case.is_open
    assert DeviceLink.objects.get().tested_at is None
    done = presses_for_a_test(olive, now)
    assert (done.pk, done.state, done.disposition) == (case.pk, "CLOSED", "test")


def test_a_new_device_is_in_service_after_the_first_test_that_was_heard(mei, olive, now):
    device = Device.objects.get()
    assert not trials.is_in_service(device)
    presses_for_a_test(olive, now)
    assert trials.is_in_service(device)
    lan = cast.lan()
    devices.link(device, elder=lan, now=now + timedelta(days=1))
    assert not trials.is_in_service(device)  # with her it was never tried
    assert names(olive, now + timedelta(days=1)) == ["Lan Zhou"]


def test_who_has_not_tested_this_month_is_on_the_list(mei, olive):
    lan = cast.lan()
    other = cast.watch(lan, "other-watch")
    Device.objects.filter(pk=other.pk).update(protocol=Protocol.WATCH)
    march = datetime(2026, 3, 10, tzinfo=UTC)
    assert names(olive, march) == ["Mei Chen", "Lan Zhou"]
    presses_for_a_test(olive, march)
    assert names(olive, march) == ["Lan Zhou"]
    assert trials.progress(olive, now=march) == (1, 2)
    # The month is the town's: in Shanghai it is April since eight hours.
    assert names(olive, datetime(2026, 3, 31, 15, 59, tzinfo=UTC)) == ["Lan Zhou"]
    assert names(olive, datetime(2026, 3, 31, 16, 0, tzinfo=UTC)) == ["Lan Zhou", "Mei Chen"]


def test_a_false_alarm_and_a_real_one_are_no_test(mei, olive, now):
    for disposition in (Disposition.FALSE_ALARM, Disposition.RESOLVED_BY_PHONE):
        says(now, Kind.SOS)
        case = ServiceRequest.objects.latest("pk")
        closing.close(case.pk, by=actor_of(olive), now=now, disposition=disposition)
    assert DeviceLink.objects.get().tested_at is None


def test_a_call_without_a_press_is_no_test(mei, olive, now):
    case = cries(mei, now=now)
    voice.spoke(case.pk, "spoke", by=olive, now=now)
    case.refresh_from_db()
    with pytest.raises(DispatchError) as refused:
        trials.mark(case, seq=case.seq, by=olive, now=now)
    assert refused.value.code == "not_an_alarm"


def test_the_key_acts_on_what_was_drawn(mei, olive, now):
    says(now, Kind.SOS)
    case = ServiceRequest.objects.get()
    voice.spoke(case.pk, "spoke", by=olive, now=now)
    case.refresh_from_db()
    drawn = case.seq
    says(now + timedelta(seconds=30), Kind.SOS)  # she presses once more: look again
    with pytest.raises(DispatchError) as refused:
        trials.mark(case, seq=drawn, by=olive, now=now)
    assert refused.value.code == "stale"
    assert ServiceRequest.objects.get().is_open


def test_the_dead_and_telephones_are_not_asked(mei, olive, now):
    Elder.objects.update(status=Elder.Status.DECEASED)
    assert names(olive, now) == []
    Elder.objects.update(status=Elder.Status.PRESENT)
    Device.objects.update(protocol=Protocol.OSMAND)
    assert names(olive, now) == []


def test_the_desk_marks_a_test_with_one_button_that_is_there_after_speaking(mei, olive):
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(olive)
    says(timezone.now(), Kind.SOS)
    case = ServiceRequest.objects.get()
    url = reverse("console-test", args=[case.pk])
    panel = reverse("console-case") + f"?request={case.pk}"
    assert url not in client.get(panel).content.decode()
    assert "Button not tested yet" in client.get(f"/console/?request={case.pk}").content.decode()
    assert client.post(url, {"seq": case.seq}).status_code == 409
    client.post(reverse("console-spoke", args=[case.pk]))
    case.refresh_from_db()
    assert url in client.get(panel).content.decode()
    listed = client.get(reverse("console-tests")).content.decode()
    assert "Mei Chen" in listed
    assert "not in service yet" in listed
    assert client.post(url, {"seq": case.seq}).status_code == 204
    listed = client.get(reverse("console-tests-list")).content.decode()
    assert "Every button was tested this month." in listed
    assert "1 / 1" in listed


# --- a device that changes hands -----------------------------------------------------------------


def test_a_buffered_alarm_goes_to_who_had_the_device_then_and_shows_who_has_it_now(mei, olive):
    now = timezone.now()
    watch, lan = Device.objects.get(), cast.lan()
    devices.link(watch, elder=lan, now=now - timedelta(days=1))
    first = DeviceLink.objects.get(elder=mei)
    assert first.until == now - timedelta(days=1)
    says(now, Kind.SOS, sent_at=now - timedelta(days=2))
    case = ServiceRequest.objects.get()
    assert case.elder == mei
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(olive)
    panel = client.get(reverse("console-case") + f"?request={case.pk}").content.decode()
    assert "<b>Lan Zhou</b>" in panel
    assert f"?elder={lan.pk}" in panel
    says(now, Kind.SOS)
    hers = ServiceRequest.objects.latest("pk")
    assert hers.elder == lan
    panel = client.get(reverse("console-case") + f"?request={hers.pk}").content.decode()
    assert "ask her, too" not in panel
