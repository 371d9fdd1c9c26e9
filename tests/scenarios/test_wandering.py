"""Mei leaves her home in the night. Nobody pressed anything, and a person knows within minutes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.models import ServiceRequest, Trouble
from dispatch.pages.desk import case, queue
from dispatch.pages.desk.subject import Subject
from tests import cast
from tracking.messages import Fix, Message
from tracking.models import Alarm, Protocol, Zone
from tracking.reception import Sender, receive

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 10, 2, tzinfo=ZoneInfo("Asia/Shanghai"))
NORTH = 1 / 110_870  # degrees of latitude a metre


@pytest.fixture
def walk(django_capture_on_commit_callbacks):
    """`walk((0, 0), (60, 300))`: seconds after two at night, metres north of home."""

    def go(*steps: tuple[float, float]) -> None:
        for second, metres in steps:
            at = NIGHT + timedelta(seconds=second)
            message = Message(cast.WATCH_ID, fix=Fix(30.2741 + metres * NORTH, 120.1551, at, 10))
            with django_capture_on_commit_callbacks(execute=True):
                receive([message], sender=Sender(Protocol.OSMAND), now=at)

    return go


def test_a_night_walk_is_an_emergency_with_the_way_she_goes(walk):
    mei, olive = cast.mei(), cast.olive()
    cast.watch(mei)
    cast.ka_ming(mei)
    Zone.objects.create(elder=mei, name="home", corners=[[mei.lat, mei.lon]])
    walk((0, 0), (60, 240), (120, 300), (180, 360), (240, 420))
    request = ServiceRequest.objects.get()
    now = NIGHT + timedelta(seconds=250)
    assert (request.elder, request.priority, request.source) == (mei, "emergency", "alarm")
    assert ("request", request.pk) in [(r.kind, r.id) for r in queue.read(olive, now=now)["rings"]]
    shown = case.read(Subject(request=request, elder=mei), now=now)
    assert shown["note"] == (
        "left a zone: Is away from home when she should be there. Last seen at 02:02. Going north."
    )
    assert case.whole(request, now=now)["where"]["text"] == (
        "Seen 10 seconds ago: 420 m north of home (12 Willow Lane), give or take 10 m."
        " Going north. Home is 420 m away: ask."
    )
    assert Alarm.objects.count() == 1  # she walks on, and it sounds once


def test_a_fence_of_the_device_itself_is_news_and_no_emergency(now):
    cast.watch(cast.mei())
    message = Message(cast.WATCH_ID, kinds=("zone_exit",))
    receive([message], sender=Sender(Protocol.WATCH), now=now)
    assert not ServiceRequest.objects.exists()
    assert Trouble.objects.get().cause == "zone_exit"
