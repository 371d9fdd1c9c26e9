"""A provider's pages: its own workers, offers, visits, prices and licences, and nobody else's."""

import re
from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dispatch import assignments
from dispatch.models import Assignment, Offer, Survey
from elders.models import AccessEntry
from providers import papers
from providers.models import (
    Category,
    Licence,
    LicencePaper,
    Provider,
    Service,
    Shift,
    Worker,
    WorkerCategory,
)
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a licence"


@pytest.fixture
def bing(wai):
    worker = Worker.objects.create(
        provider=wai.provider,
        name="Luo Bing",
        phone="+8613800000012",
        sex="female",
        on_duty=True,
        lat=30.3,
        lon=120.2,
        position_at=timezone.now(),
    )
    WorkerCategory.objects.create(worker=worker, category_id="catering")
    return worker


@pytest.fixture
def dawn(wai):
    user = cast.account("dawn", name="Dawn")
    wai.provider.staff.add(user)
    return user


@pytest.fixture
def hers(dawn):
    return town.browser(dawn)


@pytest.fixture
def moon(mei, wai):
    """Another house with a worker, a shift, a service, an offer, a visit and a paper of its own."""
    house = Provider.objects.create(name="Moon House")
    bei = Worker.objects.create(provider=house, name="Bei", phone="+8613900000099", sex="female")
    offer = town.accepted(town.asked(mei)).offer
    Offer.objects.filter(pk=offer.pk).update(worker=bei)
    Assignment.objects.update(worker=bei)
    return {
        "workers": bei.pk,
        "offers": offer.pk,
        "visits": Assignment.objects.get().pk,
        "shifts": Shift.objects.create(worker=bei, weekday=1, starts=time(8), ends=time(9)).pk,
        "services": Service.objects.create(provider=house, category_id="repair", name="Fix").pk,
        "papers": _paper(house, None).pk,
    }


def _paper(house, by):
    return papers.hand_in(
        house,
        Category.objects.get(pk="catering"),
        number="CA-1",
        valid_from=cast.date(2026, 1, 1),
        valid_to=cast.date(2030, 1, 1),
        content=PDF,
        by=by,
        now=timezone.now(),
    )


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_offer_tells_area_and_need_and_nothing_of_her(mei, bing, hers):
    town.asked(mei)
    html = hers.get("/provider/").content.decode()
    assert "Meals" in html
    assert "Willow Lane" in html
    for secret in ("Mei", "12 Willow", "4711#", "diabetes"):
        assert secret not in html
    assert not AccessEntry.objects.exists()


def test_her_name_stands_there_from_acceptance_to_clearing(mei, dawn, hers, wai):
    request = town.asked(mei)
    visit = town.there(request)
    page = words(hers.get("/provider/"))
    assert "Wai Ho to Mei Chen" in page
    (entry,) = AccessEntry.objects.filter(elder=mei)
    assert (entry.actor, entry.what, entry.purpose) == (dawn, "visit", "provider page")
    assignments.finish(visit.pk, by=town.WAI, now=timezone.now())
    page = words(hers.get("/provider/"))
    assert "Mei" not in page
    assert "Done" in page


def test_the_house_accepts_for_whom_it_chooses(mei, hers, dawn, wai, bing):
    request = town.asked(mei)
    offer = Offer.objects.get()
    page = hers.post(f"/provider/offers/{offer.pk}/accept/", {"worker": bing.pk}, follow=True)
    assert "Luo Bing to Mei Chen" in words(page)
    assert Assignment.objects.get().worker == bing
    by = request.events.get(kind="offer.accepted").by
    assert by == {"kind": "provider", "id": dawn.pk, "name": "Dawn"}


def test_the_house_declines_with_a_reason(mei, hers):
    town.asked(mei)
    offer = Offer.objects.get()
    hers.post(f"/provider/offers/{offer.pk}/decline/", {"why": "Nobody is free"})
    offer.refresh_from_db()
    assert (offer.state, offer.answer) == ("declined", "Nobody is free")


def test_a_visit_goes_to_a_colleague_until_somebody_is_there(mei, hers, wai, bing):
    visit = town.under_way(town.asked(mei))
    hand_over = f"/provider/visits/{visit.pk}/hand-over/"
    assert "Send a colleague instead" in words(hers.get("/provider/"))
    page = words(hers.post(hand_over, {"worker": bing.pk, "why": "Puncture"}, follow=True))
    assert "Luo Bing to Mei Chen" in page
    visit.refresh_from_db()
    assert (visit.state, visit.note) == ("released", "Puncture")
    now_hers = Assignment.objects.exclude(pk=visit.pk).get()
    assignments.arrive(now_hers.pk, by=town.WAI, now=timezone.now())
    assert "Send a colleague instead" not in words(hers.get("/provider/"))


def test_duty_is_switched_for_own_workers(hers, wai):
    page = hers.post(f"/provider/workers/{wai.pk}/duty/", {"on": "0"}, follow=True)
    assert "0 of 1 on duty" in words(page)
    assert not Worker.objects.get(pk=wai.pk).on_duty


def test_shifts_are_added_and_removed(hers, wai):
    add = f"/provider/workers/{wai.pk}/shifts/"
    said = {f"w{wai.pk}-weekday": "2", f"w{wai.pk}-starts": "08:00", f"w{wai.pk}-ends": "16:30"}
    assert "08:00–16:30" in words(hers.post(add, said, follow=True))
    shift = Shift.objects.get()
    assert "No shifts" in words(hers.post(f"/provider/shifts/{shift.pk}/remove/", follow=True))
    wrong = hers.post(add, {**said, f"w{wai.pk}-ends": "noon"})
    assert wrong.status_code == 400
    assert f'id="id_w{wai.pk}-ends_error">Enter a valid time.' in wrong.content.decode()
    assert 'value="08:00"' in wrong.content.decode()


def test_prices_are_changed_and_never_below_the_towns_share(hers, wai):
    service = Service.objects.create(
        provider=wai.provider,
        category_id="catering",
        name="Lunch",
        price_cents=1500,
        subsidy_cents=800,
    )
    key = f"s{service.pk}"
    said = {f"{key}-name": "Hot lunch", f"{key}-price": "18.50", f"{key}-active": "on"}
    page = hers.post(f"/provider/services/{service.pk}/", said, follow=True)
    service.refresh_from_db()
    assert (service.name, service.price_cents, service.subsidy_cents) == ("Hot lunch", 1850, 800)
    assert "¥10.50" in words(page)
    wrong = hers.post(f"/provider/services/{service.pk}/", {**said, f"{key}-price": "5"})
    assert wrong.status_code == 400
    assert "The price cannot be below the town" in words(wrong)
    assert 'value="Hot lunch"' in wrong.content.decode()
    service.refresh_from_db()
    assert service.price_cents == 1850


def test_a_licence_that_is_over_is_said_so(hers, wai):
    Licence.objects.filter(category="catering").update(valid_to=cast.date(2024, 5, 1))
    page = words(hers.get("/provider/services/"))
    assert "Over: nobody is asked under it" in page
    assert "In force" in page


def hand_in(hers, content, **more):
    said = {
        "category": "catering",
        "number": "CA-9",
        "valid_from": "2026-01-01",
        "valid_to": "2028-01-01",
        "paper": SimpleUploadedFile("licence.pdf", content),
        **more,
    }
    return hers.post("/provider/papers/", said, follow=True)


def test_a_licence_is_in_force_once_the_town_has_accepted_its_paper(hers, wai):
    before = Licence.objects.count()
    assert "CA-9" in words(hand_in(hers, PDF))
    paper = LicencePaper.objects.get()
    assert (paper.state, paper.content_type, bytes(paper.content)) == (
        "waiting",
        "application/pdf",
        PDF,
    )
    assert Licence.objects.count() == before  # nobody licenses themselves
    sol = town.browser(cast.sol())
    said = {"action": "accept", "_selected_action": paper.pk}
    for _ in range(2):
        sol.post("/admin/providers/licencepaper/", said)
    licence = Licence.objects.get(number="CA-9")
    assert (licence.provider, Licence.objects.count()) == (wai.provider, before + 1)
    paper.refresh_from_db()
    assert (paper.state, paper.licence) == ("accepted", licence)


@pytest.mark.parametrize(
    ("content", "more", "reason"),
    [
        (b"MZ a program", {}, "This must be a PDF, a JPEG or a PNG."),
        (b"<svg onload=alert(1)>", {}, "This must be a PDF, a JPEG or a PNG."),
        (b"", {}, "The submitted file is empty."),
        (PDF + b"0" * papers.MOST_BYTES, {}, "The file is larger than 5 MB."),
        (PDF, {"valid_to": "2025-01-01"}, "A licence ends after it begins."),
        (PDF, {"number": ""}, "This field is required."),
    ],
)
def test_a_file_of_another_kind_or_size_is_refused_and_the_rest_is_kept(
    hers, wai, content, more, reason
):
    answer = hand_in(hers, content, **more)
    assert answer.status_code == 400
    assert reason in words(answer)
    assert 'value="2026-01-01"' in answer.content.decode()
    assert not LicencePaper.objects.exists()


def test_a_scan_is_for_its_own_house_and_the_desk(hers, dawn, wai, moon, mei):
    own = _paper(wai.provider, dawn)
    for user in (dawn, cast.sol()):
        answer = town.browser(user).get(f"/provider/papers/{own.pk}/")
        assert answer.content == PDF
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
    assert hers.get(f"/provider/papers/{moon['papers']}/").status_code == 404
    for user in (wai.user, mei.user):
        assert town.browser(user).get(f"/provider/papers/{own.pk}/").status_code == 403


def test_what_belongs_to_another_house_is_not_there(hers, moon):
    for what, act in (
        ("offers", "accept"),
        ("offers", "decline"),
        ("visits", "hand-over"),
        ("workers", "duty"),
        ("workers", "shifts"),
        ("shifts", "remove"),
    ):
        assert hers.post(f"/provider/{what}/{moon[what]}/{act}/").status_code == 404
    assert hers.post(f"/provider/services/{moon['services']}/").status_code == 404
    other = Provider.objects.get(name="Moon House")
    assert hers.get(f"/provider/?house={other.pk}").status_code == 404
    for path in ("/provider/", "/provider/workers/", "/provider/services/"):
        page = words(hers.get(path))
        assert "Bei" not in page
        assert "Moon" not in page


def test_a_worker_of_another_house_cannot_be_sent(mei, hers, wai):
    town.asked(mei)
    other = Provider.objects.create(name="Moon House")
    bei = Worker.objects.create(provider=other, name="Bei", phone="+8613900000099", sex="female")
    offer = Offer.objects.get()
    path = f"/provider/offers/{offer.pk}/accept/"
    assert hers.post(path, {"worker": bei.pk}).status_code == 404
    assert hers.post(path, {"worker": "x"}).status_code == 400


def test_whoever_works_for_two_houses_chooses(hers, dawn, wai):
    other = Provider.objects.create(name="Zither House")
    other.staff.add(dawn)
    assert "Wai Ho" in words(hers.get("/provider/"))
    page = words(hers.get(f"/provider/?house={other.pk}"))
    assert "Wai Ho" not in page
    assert "Zither House" in page
    off = hers.post(f"/provider/workers/{wai.pk}/duty/?house={other.pk}", {"on": "0"})
    assert off.status_code == 404


def test_the_figures_count_what_the_house_did(mei, hers, wai):
    visit = town.finished(town.asked(mei))
    Survey.objects.create(
        request=visit.request,
        elder=mei,
        worker=wai,
        day=timezone.localdate(),
        due_at=timezone.now(),
        state="answered",
        score=4.5,
        ended_at=timezone.now(),
    )
    Offer.objects.create(
        request=visit.request,
        worker=wai,
        state="expired",
        rank=1,
        score=0,
        eta_s=60,
        distance_m=10,
        made_at=timezone.now() - timedelta(hours=1),
        expires_at=timezone.now(),
        answered_at=timezone.now(),
    )
    page = words(hers.get("/provider/"))
    assert "Offers accepted 50% of 2 offers" in page
    assert "There on time 100% of 1 arrival" in page
    assert "What elders say 4.5 asked after 1 visit" in page


def test_it_is_for_a_providers_staff_alone(mei, wai):
    for user in (mei.user, wai.user, cast.olive(), cast.ping()):
        assert town.browser(user).get("/provider/").status_code == 403
    assert town.browser().get("/provider/")["Location"] == "/sign-in/?next=/provider/"


def test_the_answers_of_four_weeks_and_the_shifts_of_a_week_are_drawn(mei, wai, hers):
    town.accepted(town.asked(mei))
    page = hers.get("/provider/").content.decode()
    assert '<rect class="accepted" x="96.79%" y="80.0%" width="2.86%" height="20.0%">' in page
    assert page.count('<rect class="slot"') == 28  # a young month shows what of it is empty
    assert 'most in a day <b class="num">1</b>' in page
    assert 'accepted <b class="num">1</b>' in page
    Shift.objects.create(worker=wai, weekday=6, starts=time(20), ends=time(4, 30))
    page = hers.get("/provider/workers/").content.decode()
    for strip in ('x="164.0" width="4.0"', 'x="0" width="4.5"'):
        assert strip in page


def test_a_young_house_is_shown_what_was_measured_and_nothing_else(mei, hers, wai):
    page = words(hers.get("/provider/"))
    assert "No offer and no visit yet." in page
    assert "–" not in page.partition("The last four weeks")[2]
    town.accepted(town.asked(mei))
    html = hers.get("/provider/").content.decode()
    assert re.findall(r'<div class="figure-house">\s*<span>([^<]+)', html) == [
        "Offers accepted",
        "Time to accept",
    ]
    assert re.findall(r'<text class="told"[^>]*>(\d+)</text>', html) == ["1"]
