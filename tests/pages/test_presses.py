"""Presses that arrive late, or twice: their own time, their key, and what is refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch import assignments
from dispatch.actors import SYSTEM
from dispatch.models import Assignment, Event, IdempotencyKey, Notice
from dispatch.pages.desk import lines, notices
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def his(wai):
    return town.browser(wai.user)


def press(client, path, *, ago_s=0.0, key="k1", **form):
    at = timezone.now() - timedelta(seconds=ago_s)
    headers = {"Idempotency-Key": key, "Pressed-At": at.isoformat(), "HX-Request": "true"}
    return client.post(path, form, headers=headers | {"Accept": "*/*"})


def path_of(visit, act):
    return f"/worker/visits/{visit.pk}/{act}/"


def made_earlier(visit, *, ago_s):
    Assignment.objects.filter(pk=visit.pk).update(
        assigned_at=timezone.now() - timedelta(seconds=ago_s)
    )


def test_a_step_that_is_told_later_has_the_time_it_was_pressed_and_the_log_has_both(mei, his):
    visit = town.accepted(town.asked(mei))
    made_earlier(visit, ago_s=1800)
    assert press(his, path_of(visit, "depart"), ago_s=1200, key="a").status_code == 200
    assert press(his, path_of(visit, "arrive"), ago_s=600, key="b").status_code == 200
    visit.refresh_from_db()
    assert visit.on_scene_at is not None
    assert visit.en_route_at is not None
    took_s = (visit.on_scene_at - visit.en_route_at).total_seconds()
    assert 590 < took_s < 900
    event = Event.objects.get(kind="assignment.arrived")
    assert event.data["pressed_at"] == visit.on_scene_at.isoformat()
    assert (event.at - visit.on_scene_at).total_seconds() > 590
    assert "without a line until now" in lines.sentence(event.kind, event.data)


def test_nobody_arrives_before_setting_out_or_tomorrow(mei, his):
    visit = town.accepted(town.asked(mei))
    press(his, path_of(visit, "depart"), ago_s=7200, key="a")
    visit.refresh_from_db()
    assert visit.en_route_at == visit.assigned_at
    press(his, path_of(visit, "arrive"), ago_s=-7200, key="b")
    visit.refresh_from_db()
    assert visit.on_scene_at is not None
    assert visit.on_scene_at <= timezone.now()


def test_the_same_key_is_done_once_whatever_has_happened_since(mei, his):
    town.asked(mei)
    offer = mei.requests.get().offers.get()
    accept = f"/worker/offers/{offer.pk}/accept/"
    assert press(his, accept).status_code == 200
    visit = Assignment.objects.get()
    release = path_of(visit, "release")
    assert press(his, release, key="r", why="Puncture").status_code == 200
    told = Event.objects.count()
    for path, key in ((accept, "k1"), (release, "r")):
        assert press(his, path, key=key).status_code == 200
    assert Event.objects.count() == told
    assert IdempotencyKey.objects.filter(answer="").count() == 2  # no page of hers is kept


def test_a_late_press_that_is_refused_is_told_to_the_desk_and_a_quick_one_is_not(mei, his):
    visit = town.accepted(town.asked(mei))
    assignments.release(visit.pk, by=SYSTEM, now=timezone.now(), why="reassigned")
    assert press(his, path_of(visit, "arrive"), key="a").status_code == 409
    assert not Notice.objects.filter(code="late_press").exists()

    answer = press(his, path_of(visit, "arrive"), ago_s=600, key="b")
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == "This visit has ended."
    notice = Notice.objects.get(code="late_press")
    assert notice.request == visit.request
    assert "Wai Ho reports without a line: the arrival" in notices.sentence(notice)
    assert not IdempotencyKey.objects.exists()


def test_what_is_older_than_its_key_is_kept_is_not_done_any_more(mei, his):
    visit = town.accepted(town.asked(mei))
    made_earlier(visit, ago_s=90_000)
    answer = press(his, path_of(visit, "depart"), ago_s=25 * 3600)
    assert answer.json()["error"]["code"] == "too_old"
    visit.refresh_from_db()
    assert visit.state == "assigned"


@pytest.mark.parametrize("said", ["yesterday", "2026-03-10T01:30:00", "\x00", ""])
def test_a_time_that_makes_no_sense_is_the_time_it_was_heard(mei, his, said):
    visit = town.accepted(town.asked(mei))
    answer = his.post(path_of(visit, "depart"), headers={"Pressed-At": said}, follow=True)
    assert answer.status_code == 200
    visit.refresh_from_db()
    assert visit.state == "en_route"
