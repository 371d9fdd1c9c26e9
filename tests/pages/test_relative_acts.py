"""What a relative may do: rate and thank, the check-in's time, the order of the contacts."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from dispatch import closing, quality, ratings
from dispatch.actors import SYSTEM
from dispatch.models import CheckInPlan, Notice, Rating, ServiceRequest
from dispatch.pages.desk import notices
from elders import consent
from elders.models import AccessEntry, Contact
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def son(mei):
    return cast.ka_ming(mei)


@pytest.fixture
def his(son):
    return town.browser(son)


@pytest.fixture
def visit(mei, wai):
    """A meal was brought, and all is well."""
    done = town.finished(town.asked(mei))
    closing.confirm(done.request_id, by=SYSTEM, now=timezone.now())
    return done


def words(client):
    html = client.get("/family/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rate(client, visit, **form):
    said = {"stars": "5", "words": ""} | form
    return client.post(f"/family/visits/{visit.pk}/rate/", said)


# --- rate and thank ------------------------------------------------------------------------------


def test_a_word_of_thanks_reaches_who_came_and_stars_the_figures_of_the_house(his, visit, wai):
    assert "How was it with Wai Ho (Meals)?" in words(his)
    assert rate(his, visit, stars="4", words="So kind!").status_code == 302
    assert "How was it with" not in words(his)
    page = town.browser(wai.user).get("/worker/").content.decode()
    assert "So kind!" in page
    assert "Mei" not in page
    measured = quality.measure(wai.provider, now=timezone.now())
    assert (measured.rated, measured.stars) == (1, 4)
    assert not Notice.objects.filter(code="complaint").exists()


def test_nobody_is_asked_about_an_earlier_visit_while_somebody_is_on_the_way(his, mei, visit):
    assert "How was it with" in words(his)
    town.accepted(town.asked(mei))
    assert "How was it with" not in words(his)


def test_a_complaint_is_put_in_front_of_a_person_and_not_shown_to_who_came(his, visit, wai):
    rate(his, visit, stars="1", words="Left the door open")
    (notice,) = Notice.objects.filter(code="complaint")
    assert "“Left the door open” Ring them." in notices.sentence(notice)
    assert "Left the door" not in town.browser(wai.user).get("/worker/").content.decode()


@pytest.mark.parametrize("stars", ["0", "6", "", "five", "-1"])
def test_other_than_one_to_five_stars_are_refused(his, visit, stars):
    assert rate(his, visit, stars=stars).status_code == 400
    assert not Rating.objects.exists()


def test_only_who_may_know_of_her_requests_rates_and_only_for_a_week(his, son, mei, visit):
    rose = town.browser(cast.rose(cast.lan()))
    assert rate(rose, visit).status_code == 404
    assert rate(town.browser(mei.user), visit).status_code == 403
    consent.withdraw(mei, son, now=timezone.now())
    assert rate(his, visit).status_code == 404
    consent.give(mei, son, consent.Scope.REQUESTS, now=timezone.now())
    ServiceRequest.objects.update(closed_at=timezone.now() - ratings.WITHIN - timedelta(hours=1))
    assert rate(his, visit).status_code == 404
    assert not Rating.objects.exists()


def test_a_visit_that_is_not_over_is_not_rated(his, mei, wai):
    there = town.there(town.asked(mei))
    assert rate(his, there).status_code == 404


# --- the check-in and the contacts ---------------------------------------------------------------


def test_the_time_of_the_check_in_is_shown_and_changed_and_leaves_a_trace(his, son, mei):
    plan = CheckInPlan.objects.create(elder=mei, at=time(9, 0))
    assert 'value="09:00"' in his.get("/family/").content.decode()
    path = f"/family/elders/{mei.pk}/checkin/"
    assert his.post(path, {"at": "10:15"}).status_code == 302
    plan.refresh_from_db()
    assert plan.at == time(10, 15)
    assert AccessEntry.objects.filter(actor=son, what="check-in time changed").exists()
    assert "changed the time of the daily check-in" in words(his)
    for wrong in ("25:00", "soon", ""):
        assert his.post(path, {"at": wrong}).status_code == 400
    plan.refresh_from_db()
    assert plan.at == time(10, 15)


def test_the_contacts_are_rung_in_the_order_the_family_gives_them(his, son, mei):
    for name in ("Neighbour", "Niece"):
        Contact.objects.create(elder=mei, name=name, phone="+8613800000077", order=1)
    niece = Contact.objects.get(name="Niece")
    for _press in range(3):  # the last one changes nothing
        assert his.post(f"/family/contacts/{niece.pk}/raise/").status_code == 302
    names = mei.contacts.order_by("order").values_list("name", flat=True)
    assert list(names) == ["Niece", "Ka-Ming Chen", "Neighbour"]
    assert "13800000077" not in his.get("/family/").content.decode()
    assert "changed the order of the contacts" in words(his)


@pytest.mark.parametrize("how", ["barred", "no consent", "another family"])
def test_who_may_not_know_changes_nothing(son, mei, how):
    user = son
    CheckInPlan.objects.create(elder=mei, at=time(9, 0))
    if how == "barred":
        mei.family.update(barred=True)
    elif how == "no consent":
        consent.withdraw(mei, son, now=timezone.now())
    else:
        user = cast.rose(cast.lan())
    client, contact = town.browser(user), mei.contacts.get()
    assert client.post(f"/family/contacts/{contact.pk}/raise/").status_code == 404
    answer = client.post(f"/family/elders/{mei.pk}/checkin/", {"at": "10:00"})
    assert answer.status_code == 404
    assert CheckInPlan.objects.get().at == time(9, 0)


def test_who_looked_is_told_in_plain_words(his, mei):
    olive = cast.olive()
    town.browser(olive).get(f"/console/elders/{mei.pk}/sharing/")
    page = words(his)
    assert "Olive operator" in page
    assert "who may see the page" in page
    assert "the page of the family" in page
