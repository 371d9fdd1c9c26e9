"""Who may see her: consent and links, in the hands of the elder or an operator, and nobody else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import ServiceRequest, TrackLink
from dispatch.states import State
from elders import consent
from elders.consent import Scope
from elders.models import AccessEntry
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.fixture
def son(mei):
    return cast.ka_ming(mei)


def made(client, path, **form):
    """The address of a new link."""
    answer = client.post(path, {"given_to": "Ka-Ming", "days": "30"} | form)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return re.search(r"/track/[\w-]+/", answer.content.decode())[0]


def text(client, path):
    return client.get(path).content.decode()


def test_she_makes_a_link_sees_it_once_and_takes_it_back(mei):
    hers = town.browser(mei.user)
    link = made(hers, "/elder/sharing/links/")
    assert town.browser().get(link).status_code == 200
    page = hers.get("/elder/sharing/").content.decode()
    assert "Ka-Ming" in page
    assert link not in page

    (row,) = TrackLink.objects.all()
    assert (row.made_by, row.expires_at) == (mei.user, row.made_at + timedelta(days=30))
    hers.post(f"/elder/sharing/links/{row.pk}/revoke/")
    assert town.browser().get(link).status_code == 404
    assert "taken back" in hers.get("/elder/sharing/").content.decode()
    assert town.browser().get(made(hers, "/elder/sharing/links/")).status_code == 200


def test_an_operator_does_it_for_her_and_leaves_a_trace(mei, son):
    olive = town.browser(cast.olive())
    link = made(olive, f"/console/elders/{mei.pk}/sharing/links/")
    assert town.browser().get(link).status_code == 200
    row = TrackLink.objects.get()
    olive.post(f"/console/elders/{mei.pk}/sharing/links/{row.pk}/revoke/")
    assert town.browser().get(link).status_code == 404
    assert AccessEntry.objects.filter(elder=mei, what="sharing").exists()


@pytest.mark.parametrize("who", ["mei", "olive"])
def test_a_link_made_while_a_meal_is_on_its_way_ends_two_hours_after_it(mei, wai, who):
    meal = town.asked(mei)
    town.under_way(meal)
    where = "/elder/sharing/" if who == "mei" else f"/console/elders/{mei.pk}/sharing/"
    theirs = town.browser(mei.user if who == "mei" else cast.olive())
    form = text(theirs, where)
    assert re.search(r'value="visit" checked>\s*only until this visit is over \(Meal', form)
    assert 'value="30" checked' not in form
    link = made(theirs, f"{where}links/", days="visit")
    row = TrackLink.objects.get()
    assert (row.request, row.expires_at, row.given_to) == (meal, None, "Ka-Ming")
    assert "until two hours after the visit" in text(theirs, where)

    for over, status in ((timedelta(hours=1, minutes=59), 200), (timedelta(hours=2), 404)):
        closed = {"state": State.CLOSED, "closed_at": timezone.now() - over}
        ServiceRequest.objects.filter(pk=meal.pk).update(**closed)
        assert town.browser().get(link).status_code == status
    assert "has ended" in text(theirs, where)
    ServiceRequest.objects.update(closed_at=timezone.now() - timedelta(days=31))
    assert "Ka-Ming" not in text(theirs, where)


def test_without_an_open_request_no_link_is_for_a_visit(mei, wai):
    hers = town.browser(mei.user)
    assert "only until this visit" not in text(hers, "/elder/sharing/")
    assert 'value="30" checked' in text(hers, "/elder/sharing/")
    form = {"given_to": "Ka-Ming", "days": "visit"}
    assert hers.post("/elder/sharing/links/", form).status_code == 400
    assert not TrackLink.objects.exists()


def test_family_can_neither_make_a_link_nor_widen_what_they_see(mei, son):
    theirs = town.browser(son)
    relative = mei.family.get().pk
    for path in (
        "/elder/sharing/links/",
        f"/elder/sharing/relatives/{relative}/health/",
        f"/console/elders/{mei.pk}/sharing/links/",
        f"/console/elders/{mei.pk}/sharing/relatives/{relative}/health/",
    ):
        assert theirs.post(path, {"on": "1", "given_to": "me", "days": "30"}).status_code == 403
    assert not TrackLink.objects.exists()
    assert not consent.may_see(son, mei, Scope.HEALTH, now=timezone.now())


def test_she_switches_what_her_son_may_see(mei, son):
    hers, relative = town.browser(mei.user), mei.family.get().pk
    for on, may in (("1", True), ("0", False)):
        hers.post(f"/elder/sharing/relatives/{relative}/whereabouts/", {"on": on})
        assert consent.may_see(son, mei, Scope.WHEREABOUTS, now=timezone.now()) is may
    assert hers.post(f"/elder/sharing/relatives/{relative}/everything/").status_code == 400


def test_another_elder_has_nothing_to_do_with_it(mei, son):
    lan = cast.lan()
    cast.signed_in(lan)
    made(town.browser(mei.user), "/elder/sharing/links/")
    row, relative = TrackLink.objects.get(), mei.family.get()
    theirs = town.browser(lan.user)
    assert theirs.post(f"/elder/sharing/links/{row.pk}/revoke/").status_code == 404
    answer = theirs.post(f"/elder/sharing/relatives/{relative.pk}/health/", {"on": "1"})
    assert answer.status_code == 404
    assert "Ka-Ming" not in theirs.get("/elder/sharing/").content.decode()


@pytest.mark.parametrize("form", [{"days": "9999"}, {"days": ""}, {"given_to": " "}])
def test_a_link_is_for_somebody_and_for_a_time(mei, form):
    answer = town.browser(mei.user).post(
        "/elder/sharing/links/", {"given_to": "Ka-Ming", "days": "30"} | form
    )
    assert answer.status_code == 400
    assert not TrackLink.objects.exists()
