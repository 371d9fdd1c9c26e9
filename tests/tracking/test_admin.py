"""A device changes hands in the register: with a date, and nothing of before is rewritten."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests import cast
from tracking import devices
from tracking.models import Alarm, Device, DeviceLink

pytestmark = pytest.mark.django_db
GONE = timedelta(days=9)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def mei():
    return cast.mei()


@pytest.fixture
def lan():
    return cast.lan()


@pytest.fixture
def watch(mei, now):
    """In service with Mei."""
    watch = cast.watch(mei)
    DeviceLink.objects.update(in_service_at=now - GONE, tested_at=now - GONE)
    return watch


@pytest.fixture
def sol(client):
    client.force_login(cast.sol())
    return client


def page(device=None):
    args = [device.pk] if device else []
    return reverse(f"admin:tracking_device_{'change' if device else 'add'}", args=args)


def keeps(client, device=None, **said):
    """Saves the form as it was drawn, with what is `said`."""
    form = client.get(page(device)).context["adminform"].form
    drawn = {name: form[name].value() for name in form.fields}
    no_rows = {"links-TOTAL_FORMS": 0, "links-INITIAL_FORMS": 0}
    filled = {name: value for name, value in (drawn | no_rows | said).items() if value}
    return client.post(page(device), no_rows | filled)


def errors(answer):
    return answer.context["adminform"].form.errors


def test_who_gets_it_ends_who_had_it_and_must_test_it_anew(sol, watch, mei, lan, now):
    assert keeps(sol, watch, elder=lan.pk).status_code == 302
    had, has = watch.links.order_by("since")
    assert (had.elder, had.in_service_at, had.tested_at) == (mei, now - GONE, now - GONE)
    assert (has.elder, has.until, has.in_service_at, has.tested_at) == (lan, None, None, None)
    assert had.until == has.since >= now


def test_an_alarm_kept_back_from_before_goes_to_who_had_it_then(sol, send, watch, mei, lan, now):
    keeps(sol, watch, elder=lan.pk)
    for at in (now - timedelta(hours=1), now + timedelta(minutes=1)):
        send(id=watch.device_id, alarm="sos", timestamp=int(at.timestamp()))
    assert [alarm.elder for alarm in Alarm.objects.order_by("pk")] == [mei, lan]


def test_who_had_it_is_shown_and_cannot_be_rewritten(sol, watch, mei, lan, now):
    (link,) = watch.links.all()
    assert mei.name in sol.get(page(watch)).content.decode()
    row = {"id": link.pk, "device": watch.pk, "elder": lan.pk, "since_0": "2026-01-01"}
    row |= {"since_1": "00:00:00", "until_0": "", "until_1": "", "worker": ""}
    rows = {"links-TOTAL_FORMS": 2, "links-INITIAL_FORMS": 1}
    rows |= {f"links-0-{name}": value for name, value in row.items()}
    rows |= {f"links-1-{name}": value for name, value in (row | {"id": ""}).items()}
    keeps(sol, watch, **rows)
    assert list(watch.links.values()) == [
        {
            "id": link.pk,
            "device_id": watch.pk,
            "elder_id": mei.pk,
            "worker_id": None,
            "since": cast.BEFORE,
            "until": None,
            "in_service_at": now - GONE,
            "tested_at": now - GONE,
        }
    ]


def test_saving_something_else_changes_no_holder(sol, watch):
    assert keeps(sol, watch, name="the blue one").status_code == 302
    assert Device.objects.get().name == "the blue one"
    assert watch.links.get().until is None


def test_who_is_to_have_it_is_found_by_name(sol, watch, mei):
    wai = cast.wai(cast.sunrise_kitchen())
    asked = {"app_label": "tracking", "model_name": "devicelink"}
    for field, word, one in (("elder", "Mei", mei), ("worker", "Wai", wai)):
        asked |= {"field_name": field, "term": word}
        found = sol.get(reverse("admin:autocomplete"), asked).json()["results"]
        assert [row["id"] for row in found] == [str(one.pk)]
    assert "autocomplete.js" in sol.get(page(watch)).content.decode()


def test_taken_back_it_speaks_for_nobody(sol, watch, mei, now):
    assert keeps(sol, watch, take_back="on").status_code == 302
    assert watch.links.get().until >= now
    assert devices.holder_at(watch, now + GONE) is None
    assert devices.holder_at(watch, now - GONE).elder == mei


def test_a_new_one_is_given_in_the_same_form_and_is_registered_by_that(sol, now):
    worker = cast.wai(cast.sunrise_kitchen())
    said = {"device_id": "wais phone", "protocol": "osmand", "datum_in": "wgs84"}
    assert keeps(sol, worker=worker.pk, **said).status_code == 302
    device = Device.objects.get()
    assert device.registered
    assert devices.holder_at(device, now + GONE).worker == worker


def test_what_cannot_be_is_said_at_its_field_and_changes_nothing(sol, watch, mei, lan):
    worker = cast.wai(cast.sunrise_kitchen())
    for said, field in (
        ({"elder": lan.pk, "worker": worker.pk}, "worker"),
        ({"elder": lan.pk, "take_back": "on"}, "take_back"),
        ({"elder": mei.pk}, "elder"),
        ({"elder": 4711}, "elder"),
    ):
        assert set(errors(keeps(sol, watch, **said))) == {field}
    assert watch.links.get().until is None
    devices.unlink(watch, now=cast.BEFORE)
    assert set(errors(keeps(sol, watch, take_back="on"))) == {"take_back"}


def test_one_that_is_to_be_given_later_can_be_given_now(sol, watch, mei, lan, now):
    DeviceLink.objects.update(since=now + GONE)
    assert keeps(sol, watch, elder=lan.pk).status_code == 302
    assert devices.holder_at(watch, now + GONE + GONE).elder == lan


def test_who_only_looks_changes_nothing(client, watch, mei, lan):
    agnes = cast.agnes()
    agnes.user_permissions.add(*Permission.objects.filter(codename__startswith="view_device"))
    client.force_login(agnes)
    assert mei.name in client.get(page(watch)).content.decode()
    assert client.post(page(watch), {"elder": lan.pk}).status_code == 403
    assert watch.links.get().elder == mei
