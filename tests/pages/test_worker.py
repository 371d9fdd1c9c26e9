"""The worker's page: area and need before an acceptance, the way after, nothing once cleared."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import Assignment, Offer
from elders.models import AccessEntry
from providers.models import Worker
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei():
    elder = town.mei()
    elder.access_notes = "Third floor, door on the left"
    elder.address_risk = "A dog in the yard"
    elder.save()
    return elder


@pytest.fixture
def his(wai):
    return town.browser(wai.user)


def words(client, path="/worker/"):
    html = client.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def press(client, path, **form):
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_offer_tells_area_need_and_why_him_and_nothing_of_her(mei, his):
    town.asked(mei)
    html = his.get("/worker/").content.decode()
    assert "Meals" in html
    assert "Willow Lane" in html  # the grid cell, as an area
    for secret in ("Mei", "12 Willow", "4711#", "Third floor", "dog", "30.2741", "diabetes"):
        assert secret not in html
    assert "data-until=" in html
    assert not AccessEntry.objects.exists()


def test_from_acceptance_to_clearing_he_sees_where_to_go(mei, his):
    town.asked(mei)
    offer = Offer.objects.get()
    page = press(his, f"/worker/offers/{offer.pk}/accept/")
    for fact in ("To Mei Chen", "12 Willow Lane", "Third floor", "A dog in the yard"):
        assert fact in page
    assert "4711#" not in page
    assert "geo:30.274100,120.155100" in his.get("/worker/").content.decode()
    visit = Assignment.objects.get()
    assert "4711#" not in press(his, f"/worker/visits/{visit.pk}/depart/")
    assert "4711#" in press(his, f"/worker/visits/{visit.pk}/arrive/")
    page = press(his, f"/worker/visits/{visit.pk}/finish/", note="All eaten")
    for secret in ("Mei", "12 Willow", "4711#", "Third floor"):
        assert secret not in page
    visit.refresh_from_db()
    assert (visit.state, visit.note) == ("cleared", "All eaten")
    (entry,) = AccessEntry.objects.filter(elder=mei, purpose="worker page")
    assert entry.actor == visit.worker.user


def test_declining_says_why_and_the_page_is_empty_again(mei, his):
    town.asked(mei)
    offer = Offer.objects.get()
    page = press(his, f"/worker/offers/{offer.pk}/decline/", why="Too far")
    offer.refresh_from_db()
    assert (offer.state, offer.answer) == ("declined", "Too far")
    assert "Nothing to do at the moment" in page


def test_who_cannot_go_after_all_is_released(mei, his):
    visit = town.accepted(town.asked(mei))
    page = press(his, f"/worker/visits/{visit.pk}/release/", why="Puncture")
    visit.refresh_from_db()
    assert visit.state == "released"
    assert "Mei" not in page


def test_an_offer_that_ran_out_is_not_shown(mei, his):
    town.asked(mei)
    Offer.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "Accept" not in words(his)


def test_a_lost_race_is_said_kindly(mei, his):
    town.asked(mei)
    offer = Offer.objects.get()
    Offer.objects.filter(pk=offer.pk).update(state="withdrawn")
    answer = his.post(f"/worker/offers/{offer.pk}/accept/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    page = his.post(f"/worker/offers/{offer.pk}/accept/")
    assert page.status_code == 409
    assert "Somebody else has taken this one" in page.content.decode()


def test_duty_is_a_switch(wai, his):
    page = press(his, "/worker/duty/", on="0")
    assert "You are off duty" in page
    assert not Worker.objects.get(pk=wai.pk).on_duty
    press(his, "/worker/duty/", on="1")
    assert Worker.objects.get(pk=wai.pk).on_duty


def test_the_page_sends_positions_as_his_own_telephone_and_only_on_duty(wai, his):
    assert 'data-share="wai-phone"' in his.get("/worker/").content.decode()
    press(his, "/worker/duty/", on="0")
    assert "data-share" not in his.get("/worker/").content.decode()


def test_another_worker_has_nothing_to_do_with_it(mei, wai):
    visit = town.accepted(town.asked(mei))
    other = Worker.objects.create(
        user=cast.account("yan", name="Yan"),
        provider=wai.provider,
        name="Yan",
        phone="+8613800000099",
        sex="female",
    )
    theirs = town.browser(other.user)
    for act in ("depart", "arrive", "finish", "release"):
        assert theirs.post(f"/worker/visits/{visit.pk}/{act}/").status_code == 404
    offer = Offer.objects.get()
    for act in ("accept", "decline"):
        assert theirs.post(f"/worker/offers/{offer.pk}/{act}/").status_code == 404
    assert "Mei" not in words(theirs)


def test_whoever_is_no_worker_is_refused_and_a_stranger_signs_in(mei):
    for user in (mei.user, cast.olive()):
        assert town.browser(user).get("/worker/").status_code == 403
    assert town.browser().get("/worker/")["Location"] == "/sign-in/?next=/worker/"


def test_acts_are_forms_and_never_links(mei, his):
    town.asked(mei)
    offer = Offer.objects.get()
    assert his.get(f"/worker/offers/{offer.pk}/accept/").status_code == 405
    offer.refresh_from_db()
    assert offer.state == "made"
