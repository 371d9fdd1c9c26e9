"""Many silent at once are one outage, with a list of people to ring or visit."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from dispatch import closing, endangered, outage_list, troubles
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.models import Notice, Outage, OutageElder, ServiceRequest, Trouble
from dispatch.pages.desk import queue
from dispatch.states import Disposition
from elders.models import Elder, GridCell
from tests import cast
from tests.dispatch.test_silence import HOUR, says, time_passes
from tracking.messages import Cell, Kind
from tracking.minding import Listening
from tracking.models import Device, DeviceLink, Protocol

pytestmark = pytest.mark.django_db
State = OutageElder.State


@pytest.fixture(autouse=True)
def house_is_up(now):
    Listening.objects.create(since=now - timedelta(days=9), at=now - timedelta(seconds=20))


def village(count, *, first=0, grid=None, heard_at=None, **facts):
    """Elders in one grid, each with a watch that was last heard at `heard_at`."""
    grid = grid or cast.willow_lane()
    elders = Elder.objects.bulk_create(
        Elder(name=f"Elder {n}", lat=30.27, lon=120.15, grid=grid, **facts)
        for n in range(first, first + count)
    )
    worn = Device.objects.bulk_create(
        Device(
            device_id=f"watch-{n}",
            protocol=Protocol.WATCH,
            source=Protocol.WATCH,
            registered=True,
            last_heard_at=heard_at,
        )
        for n in range(first, first + count)
    )
    DeviceLink.objects.bulk_create(
        DeviceLink(device=device, elder=elder, since=cast.BEFORE)
        for device, elder in zip(worn, elders, strict=True)
    )
    return elders


@pytest.fixture
def silent_village(now):
    """Four hundred elders of a community, of whom nobody is heard from half past nine on."""
    elders = village(400, heard_at=now)
    troubles.sweep(now=now)
    time_passes(now, now + 2 * HOUR + timedelta(minutes=1))
    return elders


def test_four_hundred_silent_at_once_are_one_outage_and_one_notice(silent_village, now):
    (outage,) = Outage.objects.all()
    assert (outage.scope, outage.cause, outage.since) == ("grid", "silent", now)
    assert outage.troubles.count() == outage.elders.count() == 400
    (told,) = Notice.objects.filter(done_at=None)
    assert (told.code, told.level, told.times) == ("outage", "warn", 1)


def test_they_hide_no_press(silent_village, now):
    olive = cast.olive()
    says(now + 3 * HOUR, Kind.SOS, device="watch-17")
    case = ServiceRequest.objects.get()
    assert (case.priority, case.elder) == ("emergency", silent_village[17])
    (ring,) = queue.waiting(olive, now=now + 3 * HOUR)
    assert ring.id == case.pk
    client = signed_in(olive)
    shown = client.get(reverse("console-outage", args=[Outage.objects.get().pk])).content.decode()
    first = shown[shown.index("<tbody>") :].partition("</tr>")[0]
    assert "Elder 17<" in first  # who presses is first on the list of the silent, too
    assert f"?request={case.pk}" in first


def signed_in(user):
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def test_the_ordinary_silence_of_a_few_is_no_outage(now):
    village(3, heard_at=now)
    far = GridCell.objects.create(code="330199001001001", name="Far", level=4)
    village(1, first=3, grid=far, heard_at=now)
    Device.objects.filter(device_id="watch-3").update(protocol=Protocol.H02)
    troubles.sweep(now=now)
    time_passes(now, now + 9 * HOUR)
    assert Trouble.objects.filter(cause="silent").count() == 4
    assert not Outage.objects.exists()


def test_devices_of_one_radio_cell_are_told_by_the_cell(now):
    for n in range(6):
        grid = GridCell.objects.create(code=f"3301{n:02}001001001", name=f"Grid {n}", level=4)
        village(1, first=n, grid=grid)
        says(now, device=f"watch-{n}", cells=(Cell(460, 0, 9345, 4711),))
    troubles.sweep(now=now)
    time_passes(now, now + 3 * HOUR)
    outage = Outage.objects.get()
    assert (outage.scope, outage.key) == ("cell", "460-00-9345-4711")


def test_who_falls_silent_later_joins_it(silent_village, now):
    village(1, first=400, heard_at=now + 3 * HOUR)
    troubles.sweep(now=now + 3 * HOUR)
    time_passes(now + 3 * HOUR, now + 6 * HOUR)
    assert Outage.objects.get().troubles.count() == 401


def test_the_list_is_ordered_by_who_needs_her_button_most(now):
    village(2, heard_at=now)
    village(1, first=2, heard_at=now, lives_alone=True, born=date(1932, 1, 1))
    village(1, first=3, heard_at=now, lives_alone=True)
    village(1, first=4, heard_at=now, health_summary="pacemaker", born=date(1930, 1, 1))
    village(1, first=5, heard_at=now, status=Elder.Status.IN_HOSPITAL)
    troubles.sweep(now=now)
    time_passes(now, now + 3 * HOUR)
    names = OutageElder.objects.order_by("-risk", "pk").values_list("elder__name", flat=True)
    assert list(names) == ["Elder 2", "Elder 4", "Elder 3", "Elder 0", "Elder 1"]
    line = OutageElder.objects.get(elder__name="Elder 2")
    assert line.reasons == ["lives_alone", "over_90", "no_number"]
    assert line.risk == sum(endangered.POINTS[code] for code in line.reasons)


def test_it_is_worked_off_line_by_line_and_ends_with_the_last(now):
    olive = cast.olive()
    village(5, heard_at=now)
    troubles.sweep(now=now)
    at = time_passes(now, now + 3 * HOUR)
    rung, unanswered, visited, heard, last = OutageElder.objects.order_by("pk")
    outage_list.reached(rung, "is well", by=olive, now=at)
    outage_list.unreached(unanswered, by=olive, now=at)
    request = outage_list.send(visited, by=olive, now=at)
    assert (request.elder, request.priority) == (visited.elder, "urgent")
    says(at + timedelta(seconds=1), device=f"watch-{heard.elder.name.split()[1]}")
    at = time_passes(at, at + timedelta(minutes=1))
    states = list(OutageElder.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.DONE, State.UNREACHED, State.VISIT, State.DONE, State.WAITING]
    heard.refresh_from_db()
    assert heard.outcome == "heard"
    closing.close(request.pk, by=actor_of(olive), now=at, disposition=Disposition.MET)
    outage_list.reached(unanswered, "", by=olive, now=at)
    at = time_passes(at, at + timedelta(minutes=1))
    assert Outage.objects.get().ended_at is None
    outage_list.reached(last, "", by=olive, now=at)
    time_passes(at, at + timedelta(minutes=1))
    assert Outage.objects.get().ended_at is not None
    assert not Notice.objects.filter(code="outage", done_at=None).exists()


def test_when_all_are_heard_again_it_is_over_by_itself(now):
    village(5, heard_at=now)
    troubles.sweep(now=now)
    at = time_passes(now, now + 3 * HOUR)
    for n in range(5):
        says(at, device=f"watch-{n}")
    time_passes(at, at + timedelta(minutes=1))
    assert Outage.objects.get().ended_at is not None
    assert not Trouble.objects.filter(ended_at=None).exists()


def test_a_line_that_a_colleague_finished_stays_so(now):
    olive = cast.olive()
    village(4, heard_at=now)
    troubles.sweep(now=now)
    at = time_passes(now, now + 3 * HOUR)
    line = OutageElder.objects.earliest("pk")
    outage_list.reached(line, "is well", by=olive, now=at)
    with pytest.raises(DispatchError):
        outage_list.send(line, by=olive, now=at)
    assert not ServiceRequest.objects.exists()


def test_the_page_shows_the_list_and_takes_what_is_written_down(silent_village):
    client = signed_in(cast.olive())
    outage = Outage.objects.get()
    lines = list(OutageElder.objects.order_by("pk")[:3])
    for line, act in zip(lines, ("reached", "unreached", "send"), strict=True):
        url = reverse(f"console-line-{act}", args=[line.pk])
        assert client.post(url, {"outcome": "sits in the garden"}).status_code == 204
    shown = client.get(reverse("console-outage", args=[outage.pk])).content.decode()
    for words in ("Willow Lane", "400 devices not heard from", "1 / 400", "not reached", "goes"):
        assert words in shown
    queue_shown = client.get(reverse("console-queue")).content.decode()
    assert reverse("console-outage", args=[outage.pk]) in queue_shown
    assert "1 outage" in client.get(reverse("wall-now")).content.decode()


def test_a_desk_of_another_town_has_none_of_its_lines(silent_village):
    elsewhere = cast.olive()
    elsewhere.grids.add(GridCell.objects.create(code="44", name="Elsewhere", level=1))
    client = signed_in(elsewhere)
    line = OutageElder.objects.earliest("pk")
    assert client.post(reverse("console-line-reached", args=[line.pk])).status_code == 404
    shown = client.get(reverse("console-outage", args=[line.outage_id])).content.decode()
    assert "Elder 1" not in shown
