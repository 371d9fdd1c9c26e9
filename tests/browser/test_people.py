"""The pages of people in Chromium: for everybody's eyes and hands, and without scripts."""

from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from tests import cast
from tests.browser.looks import SMALL, barriers, looked_at
from tests.browser.windows import SOON_MS, Window, act, drive, people, unhurried
from tests.dispatch.test_imagery import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def windows(browser):
    opened = []

    def open_window(house, **more):
        opened.append(Window(browser, house, **more))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


@pytest.mark.pure
def test_every_page_is_for_everybody_in_both_languages(house, windows):
    who = people(house)
    anybody = windows(house, bypass_csp=True)
    mei = windows(house, bypass_csp=True).sign_in("mei")
    wai = windows(house, bypass_csp=True).sign_in("wai")
    track = f"/track/{who['track']}/"
    pages = ["/", "/sign-in/", "/phone/", "/no-line/", track, "/track/ended/"]
    found = {path: looked_at(anybody, path) for path in pages}
    found["/elder/"] = looked_at(mei, "/elder/", "wcag2aaa")
    found["/tv/"] = looked_at(mei, "/tv/", "wcag2aaa")
    found["/elder/?ask=home"] = looked_at(mei, "/elder/?ask=home", "wcag2aaa")
    found["/elder/sharing/"] = looked_at(mei, "/elder/sharing/", "wcag2aaa")
    found["/worker/"] = looked_at(wai, "/worker/")

    mei.open("/elder/").page.click(".choice.meal .tile")
    mei.sees("#now .saying", "we have your order")
    wai.open("/worker/").at(".offer").wait_for()
    unhurried(house)
    found["an offer"] = looked_at(wai, "/worker/")
    wai.open("/worker/").page.click(".offer .go.yes", delay=300)  # a person's press
    wai.sees("#now", "I am setting off")  # where it does not come, this says what stands instead
    wai.page.click(".visit .go.next")
    drive(house, "wai-phone", (30.2790, 120.1590))
    found["a visit"] = looked_at(wai, "/worker/")
    found["on the way"] = looked_at(anybody, track)
    found["asked"] = looked_at(mei, "/elder/", "wcag2aaa")
    found["asked on a tv"] = looked_at(mei, "/tv/", "wcag2aaa")
    mei.open("/elder/").page.click(".choice.sos .tile")
    found["an emergency"] = looked_at(mei, "/elder/", "wcag2aaa")
    found["an emergency on a tv"] = looked_at(mei, "/tv/", "wcag2aaa")
    found["an alarm"] = looked_at(anybody, track)
    mei.context.set_offline(True)
    mei.page.click(".choice.unwell .tile")
    expect(mei.at("#outbox")).to_contain_text("NOT YET SENT")
    found["without a line"] = barriers(mei, "wcag2aaa")
    assert mei.page.evaluate(SMALL, [60, 18]) == []  # China's ageing rules
    mei.context.set_offline(False)
    mei.open("/elder/sharing/")
    assert mei.page.evaluate(SMALL, [60, 18]) == []
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


FAMILY = """
from datetime import time, timedelta
from django.utils import timezone
from dispatch.models import CheckIn, CheckInPlan
from elders.models import Elder
from tracking.models import Zone
mei, now = Elder.objects.get(name="Mei Chen"), timezone.now()
Zone.objects.create(elder=mei, corners=[[30.277, 120.157]], radius_m=150)
CheckInPlan.objects.create(elder=mei, at=time(9))
CheckIn.objects.create(elder=mei, day=timezone.localdate(now), due_at=now + timedelta(hours=1))
"""
SHOW_KEPT = "document.querySelector('#kept').hidden = false"  # as shell.js does without a line


@pytest.fixture
def push_keys(monkeypatch):
    """A house that comes after this tells browsers, too."""
    call_command("make_push_keys", stdout=(told := StringIO()))
    for line in told.getvalue().split():
        monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("VAPID_SUBJECT", "mailto:desk@one.example")


@pytest.mark.pure
def test_the_end_of_a_visit_is_for_everybody(push_keys, house, windows):
    """Photograph and signature, all is well, stars and thanks, and what a family may change."""
    scopes = "cast.consent.Scope.REQUESTS, cast.consent.Scope.WHEREABOUTS"
    who = people(house, scopes=scopes)
    house.manage("shell", "--verbosity", "0", "-c", FAMILY)
    # So tall that nothing scrolls: what sticks to an edge would hide the half of something.
    dark = {"color_scheme": "dark", "reduced_motion": "reduce", "bypass_csp": True}
    wai = windows(house, width=390, height=2000, **dark).sign_in("wai").open("/worker/")
    wai.lives()
    act(house, "requests", who["token"], category="catering", elder=who["mei"])
    wai.at(".offer .go.yes").click()
    wai.page.get_by_role("button", name="I am setting off").click()
    wai.page.get_by_role("button", name="I have arrived").click()
    file = {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": photo((300, 200))}
    wai.page.set_input_files("input[data-photos]", file)
    expect(wai.at(".shots img")).to_be_visible(timeout=SOON_MS)
    expect(wai.at("[data-push]")).to_be_visible(timeout=SOON_MS)
    wai.page.get_by_text("Photo, note, signature").click()
    wai.page.get_by_text("Let her sign").click()
    expect(wai.page.get_by_label("Signed on paper")).to_be_visible()
    found = {"to be signed": barriers(wai)}
    wai.at("[data-sign] svg").click()
    expect(wai.page.get_by_label("Signed on paper")).to_be_hidden()
    found["signed"] = barriers(wai)
    found["with her"] = looked_at(wai, "/worker/", sizes=((390, 2000), (1280, 2000)))
    wai.page.set_viewport_size({"width": 360, "height": 640})
    finish = wai.page.get_by_role("button", name="I have finished")
    expect(wai.at("[data-photos]")).to_be_hidden()  # what is optional is folded
    wai.page.get_by_text("Photo, note, signature").click()
    wai.at("[data-photos]").scroll_into_view_if_needed()
    expect(finish).to_be_in_viewport(ratio=1)  # however long the form is
    finish.click()
    expect(wai.at(".visit.waiting")).to_be_visible(timeout=SOON_MS)

    mei = windows(house, bypass_csp=True).sign_in("mei")
    found["is all well on a tv"] = looked_at(mei, "/tv/", "wcag2aaa")
    mei.page.evaluate(SHOW_KEPT)
    found["kept on a tv"] = barriers(mei, "wcag2aaa")
    found["is all well"] = looked_at(mei, "/elder/", "wcag2aaa")
    mei.page.get_by_role("button", name="All is well").click()
    mei.loses("#now", "Is all well?")
    mei.page.click(".choice.meal .tile")
    mei.sees("#callback .saying", "A person will ring you")
    act(house, "requests", who["token"], category="repair", elder=who["mei"])
    mei.page.get_by_role("button", name="I no longer need this").click()
    expect(mei.at("#cancelled")).to_be_visible(timeout=SOON_MS)
    found["cancelled, rung soon"] = looked_at(mei, "/elder/", "wcag2aaa")

    found["stars by link"] = looked_at(windows(house, bypass_csp=True), f"/track/{who['track']}/")
    son = windows(house, bypass_csp=True).sign_in("ka-ming")
    found["family"] = looked_at(son, "/family/")
    expect(son.at(".stars")).to_be_visible()
    son.page.evaluate(SHOW_KEPT)
    found["family, kept"] = barriers(son)
    found["zones"] = looked_at(son, f"/zones/elders/{who['mei']}/")
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_help_comes_without_scripts(house, windows):
    who = people(house)
    mei = windows(house, java_script_enabled=False).sign_in("mei")
    mei.page.goto(f"{house.base_url}/elder/")
    mei.page.click(".choice.sos .tile")
    expect(mei.at("#now .saying").first).to_contain_text("We have your alarm")

    wai = windows(house, java_script_enabled=False).sign_in("wai")
    mei.page.click(".choice.meal .tile")
    expect(wai.at(".offer").first).to_be_visible(timeout=60_000)  # the page loads itself again
    wai.page.click(".offer .go.yes")
    expect(wai.at(".visit h2")).to_contain_text("To Mei Chen")

    family = windows(house, java_script_enabled=False)
    family.page.goto(f"{house.base_url}/track/{who['track']}/")
    expect(family.at("h1")).to_contain_text("Nobody is free yet")
    expect(family.at(".feed")).to_contain_text("Mei Chen pressed her emergency button")


@pytest.mark.pure
def test_arrow_keys_move_and_enter_presses(house, windows):
    people(house)
    mei = windows(house, height=720).sign_in("mei").open("/tv/")
    mei.lives()
    for key, words in (
        ("ArrowDown", "Emergency"),
        ("ArrowRight", "Unwell"),
        ("ArrowRight", "Meals"),
        ("ArrowDown", "Call family"),
        ("ArrowLeft", "Help at home"),
        ("Enter", "/tv/?ask=home"),
        ("ArrowDown", "Housekeeping"),
        ("ArrowRight", "Repair"),
        ("ArrowDown", "Back"),
        ("ArrowDown", "Emergency"),
        ("ArrowUp", "Back"),
        ("Enter", "/tv/?"),
        ("ArrowDown", "Emergency"),
    ):
        mei.page.keyboard.press(key)
        if key == "Enter":
            mei.page.wait_for_url(lambda url, end=words: url.endswith(end))
        else:
            assert words in mei.page.evaluate("document.activeElement.innerText")
    mei.page.evaluate("window.sameLoad = true")
    mei.page.evaluate("""document.addEventListener('aloud', (event) => {
        window.said ??= event.detail.text;
    })""")
    mei.page.keyboard.press("Enter")
    mei.sees("#now .saying", "We have your alarm")
    mei.becomes("() => window.said === 'We have your alarm'")
    assert mei.was_never_loaded_again()


@pytest.mark.pure
def test_what_happens_now_stands_in_view_wherever_she_pressed(house, windows):
    people(house)
    mei = windows(house, width=390, height=600).sign_in("mei").open("/elder/")
    mei.lives()
    mei.page.click(".choice.meal .tile")
    mei.sees("#now .saying", "Meals: we have your order")
    mei.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    mei.page.click(".choice.unwell .tile")
    mei.sees("#callback .saying", "A person will ring you")
    mei.becomes("() => scrollY === 0")
    expect(mei.page.locator(".choice.sos .tile")).to_be_in_viewport(ratio=1)  # below both wishes

    # and without a line she is not left believing that it was sent
    mei.context.set_offline(True)
    mei.page.click(".choice.meal .tile")
    mei.sees("#toast", "nothing was sent. Please ring 12349")
    assert mei.was_never_loaded_again()


def test_a_worker_answers_on_a_telephone_and_shares_the_way(house, windows):
    """A text's reply accepts; the page then sends where the telephone is."""
    people(house)
    place = {"latitude": 30.2790, "longitude": 120.1590, "accuracy": 9}
    wai = windows(house, geolocation=place, permissions=["geolocation"]).sign_in("wai")
    wai.open("/worker/").lives()
    mei = windows(house).sign_in("mei").open("/elder/")
    mei.lives()
    mei.page.click(".choice.meal .tile")

    phone = windows(house).open("/phone/")
    phone.page.fill("#from", cast.WAI_NUMBER)
    phone.page.press("#from", "Tab")
    text = phone.at("article[data-purpose=offer]").first
    expect(text).to_contain_text("Reply 1 to accept", timeout=60_000)
    text.get_by_role("button", name="1").click()
    phone.sees("#heard", "Please go to Mei Chen")
    wai.sees(".visit h2", "To Mei Chen")
    mei.sees("#now .saying", "Wai Ho is coming")

    wai.page.click("[data-share]")
    wai.sees("[data-share]", "Sharing")
    wai.page.click(".visit .go.next")
    mei.sees("#now .saying", "In about")

    # nobody can be reached from a number nobody knows, and that is said
    phone.page.fill("#from", "nonsense")
    phone.page.press("#from", "Tab")
    expect(phone.at("#toast")).not_to_be_empty(timeout=SOON_MS)
