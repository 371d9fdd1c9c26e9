"""Stars: by account or by link, once a visit each, and what they make of a worker's rating."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import closing, ratings, surveys
from dispatch.actors import SYSTEM
from dispatch.models import Notice, Rating, ServiceRequest, Survey
from elders import consent
from elders.models import Elder
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def son(mei):
    return cast.ka_ming(mei)


def over(mei):
    """A meal was brought, and all is well."""
    done = town.finished(town.asked(mei))
    closing.confirm(done.request_id, by=SYSTEM, now=timezone.now())
    return done


@pytest.fixture
def visit(mei, wai, son):
    return over(mei)


def rate(path, **form):
    """As a browser does it that tells no origin."""
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "null", "Accept-Language": "en"})
    return strict.post(f"{path}rate/", {"stars": "5", "words": ""} | form)


def rating_of(worker):
    worker.refresh_from_db()
    return worker.rating


def test_who_has_the_link_thanks_once(mei, visit, wai):
    path = town.track(mei)
    page = town.browser().get(path).content.decode()
    assert "How was it with Wai Ho (Meals)?" in page
    answer = rate(path, stars="4", words="So kind!")
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "How was it with" not in town.browser().get(path).content.decode()
    assert rate(path, stars="1").status_code == 404
    assert "So kind!" in town.browser(wai.user).get("/worker/").content.decode()
    assert Rating.objects.get().stars == 4


def test_a_complaint_by_link_is_put_in_front_of_a_person(mei, visit):
    rate(town.track(mei), stars="2", words="Came late")
    (notice,) = Notice.objects.filter(code="complaint")
    assert notice.data == {"name": "A family link", "score": 2, "text": "Came late"}


@pytest.mark.parametrize("stars", ["0", "6", "", "five"])
def test_other_than_one_to_five_stars_are_refused(mei, visit, stars):
    assert rate(town.track(mei), stars=stars).status_code == 400
    assert not Rating.objects.exists()


@pytest.mark.parametrize("how", ["no consent", "safeguarding", "revoked", "another family", "open"])
def test_whose_link_shows_nothing_of_it_rates_nothing(mei, son, visit, how):
    path = town.track(mei)
    if how == "no consent":
        consent.withdraw(mei, son, now=timezone.now())
    elif how == "safeguarding":
        Elder.objects.update(safeguarding=True)
    elif how == "revoked":
        mei.track_links.update(revoked_at=timezone.now())
    elif how == "another family":
        lan = cast.lan()
        cast.rose(lan)
        path = town.track(lan)
    else:
        ServiceRequest.objects.update(state="DONE", closed_at=None)
    assert rate(path).status_code == 404
    if how != "revoked":
        assert "How was it with" not in town.browser().get(path).content.decode()
    assert not Rating.objects.exists()


# --- the worker's rating -------------------------------------------------------------------------


def test_one_angry_word_costs_little_and_many_cost_much():
    assert ratings.mean_of([1]) == 3.5
    assert ratings.mean_of([1] * 20) == 1.6
    assert ratings.mean_of([5] * 20) == 4.8
    assert ratings.mean_of([4]) == ratings.NEUTRAL


def test_stars_are_in_the_rating_at_once_and_the_house_sees_them(mei, son, visit, wai):
    assert rating_of(wai) is None
    rate(town.track(mei), stars="5")
    assert rating_of(wai) == 4.17
    wai.provider.staff.add(dawn := cast.account("dawn"))
    page = town.browser(dawn).get("/provider/").content.decode()
    assert re.search(r'<b class="num">4.2</b>\s+of 1 visit', page)


def test_one_visit_is_one_mark_however_many_speak_of_it(mei, son, visit, wai):
    rate(town.track(mei), stars="5")
    town.browser(son).post(f"/family/visits/{visit.pk}/rate/", {"stars": "3"})
    assert ratings.marks_of(wai.pk) == [4.0]
    assert rating_of(wai) == 4.0
    assert ratings.heard_of([wai]) == {wai.pk: 1}


def test_what_the_elder_answers_counts_like_stars(mei, visit, wai):
    now = timezone.now()
    survey, _made = Survey.objects.update_or_create(
        request=visit.request,
        defaults={
            "elder": mei,
            "worker": wai,
            "day": now.date(),
            "due_at": now,
            "state": "ringing",
        },
    )
    question = surveys.questions()[0]
    surveys.answer(survey, question, 5, now=now)
    surveys.finish(survey, now=now)
    assert rating_of(wai) == 4.17


def test_only_the_last_visits_count(mei, son, wai, monkeypatch):
    monkeypatch.setattr(ratings, "LAST", 2)
    for day, stars in enumerate([1, 5, 5]):
        done = over(mei)
        Rating.objects.create(
            request=done.request,
            worker=wai,
            user=son,
            stars=stars,
            at=timezone.now() - timedelta(days=9 - day),
        )
    assert ratings.marks_of(wai.pk) == [5.0, 5.0]
