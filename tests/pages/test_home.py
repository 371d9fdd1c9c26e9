"""Who are you, signing in and out, and the handset."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import intake, ownership
from dispatch.actors import SYSTEM
from dispatch.states import Priority
from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


def test_the_first_page_leads_to_every_page_by_who_one_is():
    page = town.browser().get("/").content.decode()
    for who in "phone elder worker station provider console admin".split():
        assert f'href="/{who}/"' in page
    assert "12349" in page
    assert "one number demo" not in page  # accounts are published by the demo alone


def test_in_the_demo_it_publishes_accounts_and_the_family_link(settings, tmp_path):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    card = {
        "accounts": {"operator": {"username": "olive", "password": "secret words"}},
        "links": {"track": "http://somewhere:1/track/abc/"},
        "elder": {"name": "Mei Chen", "name_zh": "陈梅", "phone": cast.MEI_NUMBER},
    }
    (tmp_path / "demo.json").write_text(json.dumps(card), "utf-8")
    page = town.browser().get("/").content.decode()
    assert "secret words" in page
    assert 'href="/track/abc/"' in page
    assert f'data-number="{cast.MEI_NUMBER}"' in town.browser().get("/phone/").content.decode()


def test_a_card_that_cannot_be_read_spoils_nothing(settings, tmp_path):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    (tmp_path / "demo.json").write_text("{", "utf-8")
    assert town.browser().get("/").status_code == 200
    assert town.browser().get("/phone/").status_code == 200


@pytest.mark.parametrize(
    ("who", "page"),
    [
        ("olive", "/console/"),
        ("wai", "/worker/"),
        ("mei", "/elder/"),
        ("ping", "/station/"),
        ("dawn", "/provider/"),
    ],
)
def test_signing_in_leads_to_ones_own_page(who, page):
    cast.olive()
    cast.signed_in(cast.mei())
    cast.ping()
    kitchen = cast.sunrise_kitchen()
    kitchen.staff.add(cast.account("dawn"))
    cast.wai(kitchen)
    answer = town.browser().post("/sign-in/", {"username": who, "password": cast.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, page)


def test_an_elders_tablet_stays_signed_in():
    cast.olive()
    cast.signed_in(cast.mei())
    ages = {}
    for who in ("olive", "mei"):
        client = town.browser()
        client.post("/sign-in/", {"username": who, "password": cast.PASSWORD})
        ages[who] = client.session.get_expiry_age()
    assert ages["olive"] <= 14 * 86400
    assert ages["mei"] > 365 * 86400


def test_a_wrong_password_says_so_and_never_leads_elsewhere():
    cast.olive()
    wrong = {"username": "olive", "password": "no", "next": "/console/"}
    assert town.browser().post("/sign-in/", wrong).status_code == 200
    away = {"username": "olive", "password": cast.PASSWORD, "next": "https://elsewhere.test/"}
    assert town.browser().post("/sign-in/", away)["Location"] == "/console/"


def test_forms_want_their_token(settings):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.signed_in(cast.mei()))
    assert strict.post("/elder/help/").status_code == 403
    assert strict.post("/sign-out/").status_code == 403


def test_browsers_may_send_our_forms():
    # "no-referrer" would make them send `Origin: null`, which CSRF refuses.
    assert town.browser().get("/")["Referrer-Policy"] == "same-origin"


def test_signing_out_is_a_form_and_a_full_hand_says_so():
    olive = cast.olive()
    desk = town.browser(olive)
    request = intake.open_request(
        elder=cast.mei(),
        category="medical",
        priority=Priority.EMERGENCY,
        source="operator",
        by=SYSTEM,
        now=timezone.now(),
    )
    ownership.claim(request.pk, by=olive, now=timezone.now())
    assert desk.get("/sign-out/").status_code == 405
    assert desk.post("/sign-out/").status_code == 409
    assert desk.get("/console/").status_code == 200
    other = town.browser(cast.sol())
    assert other.post("/sign-out/")["Location"] == "/"
    assert other.get("/console/").status_code == 302


def test_the_handset_is_there_only_with_the_simulator(settings):
    assert town.browser().get("/phone/").status_code == 200
    settings.SIMULATOR = False
    assert town.browser().get("/phone/").status_code == 404
    assert 'href="/phone/"' not in town.browser().get("/").content.decode()
