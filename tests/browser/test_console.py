"""The operators' console in Chromium: one key, named people, nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import press_alarm, ring, staffed
from tests.browser.looks import barriers, looked_at, overflows
from tests.browser.windows import SOON_MS, Window, act, ask, drive
from tests.cast import LAN_NUMBER, WATCH_ID

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESKS = ((1920, 1080), (1366, 768))


@pytest.fixture
def windows(browser):
    opened = []

    def open_window(house, name, *, size=(1600, 900), **more):
        window = Window(browser, house, width=size[0], height=size[1], **more)
        opened.append(window)
        window.sign_in(name).open("/console/").lives()
        return window

    yield open_window
    for window in opened:
        window.close()


def press(window, *keys):
    for key in keys:
        window.page.keyboard.press(key)


def said(window, act, words):
    """Presses until it is not refused for a list that moved meanwhile, and reads the answer."""
    toast = window.at("#toast")
    for _ in range(6):
        act()
        expect(toast).not_to_have_text("", timeout=SOON_MS)
        if "Look again" not in toast.inner_text():
            break
        window.page.wait_for_timeout(1000)
    window.sees("#toast", words)


def events(house, who, request=1):
    return ask(house, f"requests/{request}/events", who["token"])["events"]


def settled(window, house, who):
    """Waits until her list is the one that stands in the log."""
    seq = events(house, who)[-1]["seq"]
    drawn = window.at(f"#sending input[name=seq][value='{seq}']")
    expect(drawn).to_be_attached(timeout=SOON_MS)


def asked_by_hand(house, who):
    """Who was asked by an operator, in order."""
    made = [e for e in events(house, who) if e["kind"] == "offer.made"]
    return [e["data"]["worker"]["name"] for e in made if e["by"]["kind"] == "operator"]


def test_one_key_answers_a_digit_names_and_another_sends(house, windows):
    who = staffed(house)
    olive = windows(house, "olive")
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.sees("#caller .who .name", "Mei Chen")
    olive.sees("#person .tag", "Number verified")
    olive.sees("#person", "diabetes, pacemaker")
    expect(olive.at("#queue .ring")).to_have_count(0)

    olive.page.click("button[name=category][value=housekeeping]")
    olive.sees("#case h2", "00001")
    olive.sees("#case .going", "Asked")  # the house asks the first by itself
    settled(olive, house, who)
    press(olive, "2")
    named = olive.at(".pick:has(:checked) strong").inner_text()
    olive.sees("[data-pick-label]", f"Dispatch {named}")
    press(olive, "Control+Enter")
    olive.sees("#toast", f"{named} is asked.")
    olive.sees("#case .going", named)
    assert asked_by_hand(house, who) == [named]

    press(olive, "F9")
    expect(olive.at("#caller .pulse")).to_have_class("pulse")  # the first press only arms
    press(olive, "F9")
    olive.sees("#caller", "The line is dead")
    olive.at("[data-key^=F9]").click()
    olive.sees("#toast", "Wrapped up.")
    assert olive.was_never_loaded_again()


def test_two_press_at_once_and_one_is_told_who_has_the_call(house, windows):
    staffed(house)
    olive, otto = windows(house, "olive"), windows(house, "otto")
    olive.sees("#queue .people", "Otto")  # they see one another
    ring(house)
    for window in (olive, otto):
        window.sees("#queue .ring", "Mei Chen")
    for window in (olive, otto):
        window.page.evaluate("document.querySelector('#queue [data-key=F2]').click()")
    lost = "#toast:not(:empty)"
    expect(olive.at(lost).or_(olive.at("#caller .danger")).first).to_be_visible()
    expect(otto.at(lost).or_(otto.at("#caller .danger")).first).to_be_visible()
    said = [olive.at("#toast").inner_text(), otto.at("#toast").inner_text()]
    assert sorted(said) in (["", "Olive has this call."], ["", "Otto has this call."])
    winner, loser = (otto, olive) if said[0] else (olive, otto)
    assert ("Olive" if winner is olive else "Otto") in "".join(said)
    loser.sees("#queue .people", "On a call")


def test_what_is_typed_survives_pushes_another_card_and_a_reload(house, windows):
    who = staffed(house)
    olive = windows(house, "olive")
    press_alarm(house)
    olive.sees("#queue .ring.danger", "Mei Chen")
    press(olive, "F2")
    olive.sees("#case h2", "00001")
    press(olive, "n")
    words = "Slipped in the bath, her hip hurts, she cannot get up"
    assert len(words) > 50
    for n, letter in enumerate(words):  # a push for each
        drive(house, WATCH_ID, (30.2741 + n / 1e4, 120.1551))
        olive.page.keyboard.type(letter)
    olive.sees(".place .tag", "Device")
    expect(olive.at("#case textarea.note").first).to_be_focused()

    press_alarm(house, device="never-seen-1")
    olive.sees("#queue .ring.danger", "never-seen-1")
    press(olive, "F2")
    olive.sees("#case h2", "00002")
    assert olive.at("#case textarea.note").first.input_value() == ""
    olive.at("#row-1 a").click()
    olive.sees("#case h2", "00001")
    note = olive.at("#case textarea.note").first
    expect(note).to_have_value(words)
    olive.page.reload()
    expect(note).to_have_value(words)
    note.press("Shift+Enter")
    olive.sees("#case .log", words)
    expect(note).to_have_value("")
    noted = [e["data"]["text"] for e in events(house, who) if e["kind"] == "request.noted"]
    assert noted == [words]


def test_what_the_house_did_not_hear_while_it_was_typed_is_not_lost(house, windows):
    """Neither to an older draft of the house, nor to a press in another form; nor is a reason."""
    staffed(house)
    olive = windows(house, "olive")
    for device in (WATCH_ID, "never-seen-1"):
        press_alarm(house, device=device)
    olive.sees("#queue .ring.danger", "Mei Chen")
    olive.at("#row-1 a").click()
    olive.sees("#case h2", "00001")
    note = olive.at("#case textarea.note").first
    with olive.page.expect_response("**/draft/"):
        note.fill("She fell")
    olive.page.route("**/draft/", lambda route: route.abort())
    note.fill("She fell, and her hip hurts")
    olive.at("#reason").evaluate("it => { it.closest('details').open = true; }")
    olive.page.fill("#reason", "Her neighbour")
    olive.at("#row-2 a").click()
    olive.sees("#case h2", "00002")
    olive.page.unroute("**/draft/")
    with olive.page.expect_response("**/draft/") as kept:
        olive.at("#row-1 a").click()
        olive.sees("#case h2", "00001")
        expect(note).to_have_value("She fell, and her hip hurts")
    assert "hip" in kept.value.request.post_data
    expect(olive.at("#reason")).to_have_value("Her neighbour")


def test_a_list_that_has_changed_is_refused_and_drawn_again(house, windows):
    who = staffed(house)
    olive, otto = windows(house, "olive"), windows(house, "otto")
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.page.click("button[name=category][value=housekeeping]")
    olive.sees("#case .going", "Asked")
    settled(olive, house, who)

    # her screen hears of nothing for a while; Otto writes a note meanwhile
    held = "**/console/sending/**"
    olive.page.route(held, lambda route: route.abort())
    otto.open("/console/?request=1")
    otto.page.fill("#case textarea.note >> nth=0", "her neighbour rang")
    otto.at("#case textarea.note").first.press("Shift+Enter")
    otto.sees("#case .log", "her neighbour rang")
    press(olive, "Control+Enter")
    olive.sees("#toast", "This has changed since it was shown. Look again.")
    assert asked_by_hand(house, who) == []

    olive.page.unroute(held)
    olive.page.evaluate("bus.resync()")
    settled(olive, house, who)
    olive.page.wait_for_timeout(1000)  # a list that moved by itself must be seen before it counts
    press(olive, "Control+Enter")
    olive.sees("#toast", "is asked.")
    assert len(asked_by_hand(house, who)) == 1


def test_an_alarm_is_first_steals_nothing_and_is_closed_by_evidence_alone(house, windows):
    who = staffed(house)
    olive = windows(house, "olive")
    ring(house, LAN_NUMBER)
    olive.sees("#queue .ring", "Lan Zhou")
    press(olive, "/")
    olive.page.keyboard.type("Me")
    press_alarm(house, place="&lat=30.2790&lon=120.1590&accuracy=20")
    olive.sees("#queue .ring", "Mei Chen")
    olive.sees("#queue .ring.danger .tag", "SOS")
    assert olive.page.get_attribute("#queue", "data-ringing") == "emergency"
    expect(olive.at("#find")).to_be_focused()
    olive.sees("#found", "12 Willow Lane")
    press(olive, "Escape", "F2")
    olive.sees("#caller .who .name", "Mei Chen")
    olive.sees(".place header", "Device ± 20 m")  # the fix and her home, both shown
    olive.sees(".place header", "Home address")
    expect(olive.at("#case .ending")).not_to_contain_text("Cancel")

    press(olive, "Shift+F7")
    olive.page.wait_for_timeout(3300)  # an armed key cools down
    press(olive, "Shift+F7", "Shift+F7")
    olive.sees("#toast", "120 is rung")
    olive.sees("#case .visit", "not confirmed")
    olive.page.fill("[name=outcome]", "On the way")
    olive.at("[name=outcome]").press("Enter")
    olive.sees("#case .questions", "On the way")

    olive.page.click("#case .ending summary >> nth=0")
    olive.page.select_option("#disposition", "not_found")
    olive.page.fill("#reason", "nobody at the door")
    expect(olive.at("#toast")).to_be_empty(timeout=SOON_MS)
    said(olive, lambda: olive.page.click("text=Close the request"), "An emergency ends when")
    assert olive.page.input_value("#reason") == "nobody at the door"  # nothing typed is lost
    olive.page.fill("#seen_by", "Mrs Liu, neighbour")
    expect(olive.at("#toast")).to_be_empty(timeout=SOON_MS)
    said(olive, lambda: olive.page.click("text=Close the request"), "Request 00001 is closed.")
    made = [e for e in events(house, who) if e["kind"] == "handover.made"]
    assert len(made) == 1
    closed = events(house, who)[-1]
    assert closed["kind"] == "request.closed"
    assert closed["data"]["evidence"] == "seen by Mrs Liu, neighbour"


def test_a_visit_is_recorded_by_the_desk_and_a_colleague_takes_over(house, windows):
    who = staffed(house)
    olive, otto = windows(house, "olive"), windows(house, "otto")
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.page.click("button[name=category][value=catering]")
    olive.sees("#case .going", "Wai Ho")
    offer = ask(house, "requests/1", who["token"])["offers"][0]
    house.manage(
        "shell",
        "--verbosity",
        "0",
        "-c",
        "from django.utils import timezone\nfrom dispatch import offers\n"
        "from dispatch.actors import SYSTEM\n"
        f"offers.accept({offer['id']}, by=SYSTEM, now=timezone.now())",
    )
    olive.page.evaluate("bus.resync()")
    olive.sees("#case .visit", "Wai Ho")
    olive.page.click("text=Has set out")
    otto.sees("#board tbody tr", "On the way")
    olive.page.click("text=Has arrived")
    otto.sees("#board tbody tr", "Arrived")
    olive.page.click("#caller >> text=Take it")
    otto.sees("#board tbody tr", "Olive")

    olive.page.click("[data-opens=leaving]")
    olive.page.click("#leaving >> text=Sign out")
    olive.sees("#toast", "name a colleague")
    olive.page.select_option("#leaving-to", label="Otto")
    olive.page.click("#leaving >> text=Sign out")
    olive.page.wait_for_url("**/sign-in/**")
    otto.sees("#board tbody tr", "you")


LONG_NAMES = """
from providers.models import Worker
Worker.objects.update(name="Maximiliana Konstantinopoulou-Featherstonehaugh")
"""


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.pure
def test_a_long_name_is_whole_on_the_button_that_sends(house, windows, size):
    staffed(house)
    house.manage("shell", "--verbosity", "0", "-c", LONG_NAMES)
    olive = windows(house, "olive", size=size)
    press_alarm(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    button = olive.at("[data-pick-button]")
    expect(button).to_have_text(re.compile(r"Featherstonehaugh\s+[0-9]+ min"), timeout=SOON_MS)
    label, more = olive.at("[data-pick-label]"), olive.at("[data-pick-more]")
    assert label.evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing of it is cut"
    assert label.evaluate("it => getComputedStyle(it).textOverflow") == "clip"
    box, words, minutes = (one.bounding_box() for one in (button, label, more))
    for inside in (words, minutes):
        assert box["x"] <= inside["x"]
        assert inside["x"] + inside["width"] <= box["x"] + box["width"]
        assert box["y"] <= inside["y"]
        assert inside["y"] + inside["height"] <= box["y"] + box["height"]
    best = olive.page.get_by_role("button", name="Ask best 3").bounding_box()
    assert abs(best["y"] + best["height"] / 2 - box["y"] - box["height"] / 2) < 2  # one row


ROUNDS = """
from datetime import timedelta
from django.utils import timezone
from dispatch import deadlines
deadlines.fire_due(now=timezone.now() + timedelta(minutes=1))
"""
PHOTOGRAPHED = """
from django.utils import timezone
from dispatch import pictures
from dispatch.actors import SYSTEM
from dispatch.models import Assignment
from tests.dispatch.test_imagery import photo
pictures.keep(Assignment.objects.get().pk, [photo()], by=SYSTEM, now=timezone.now())
"""


@pytest.mark.pure
def test_the_console_is_for_everybody_in_both_languages_and_themes(house, windows):
    """Asked in vain, then on the scene with a photograph; a log that is folded, and opened."""
    who = staffed(house)
    olive = windows(house, "olive", bypass_csp=True)
    press_alarm(house, place="&lat=30.2790&lon=120.1590&accuracy=20")
    ring(house, LAN_NUMBER)
    olive.sees("#queue .ring", "Mei Chen")
    olive.open("/console/?request=1").sees("#case .going", "Asked")
    house.manage("shell", "--verbosity", "0", "-c", ROUNDS)  # who was asked has not answered
    made = ask(house, "requests/1", who["token"])["offers"]
    offer = next(one for one in made if one["state"] == "made")
    act(house, f"offers/{offer['id']}/accept", who["token"])
    visit = ask(house, "requests/1", who["token"])["assignments"][0]
    for verb in ("depart", "arrive"):
        act(house, f"assignments/{visit['id']}/{verb}", who["token"])
    house.manage("shell", "--verbosity", "0", "-c", PHOTOGRAPHED)
    press(olive, "F2")
    olive.sees("#case h2", "00001")
    found = {
        path: looked_at(olive, path, sizes=DESKS)
        for path in ("/console/?request=1", "/console/requests/1/")
    }
    expect(olive.at(".shots img")).to_be_visible()
    fold = olive.at("#whole .fold").first
    expect(fold.locator("li").first).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("li").first).to_be_visible()
    olive.page.evaluate(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    found["all of it open"] = barriers(olive)
    still = "<span>Part of it stands still</span>"
    olive.page.route("**/console/standing/", lambda route: route.fulfill(body=still))
    olive.open("/console/").sees(".standing", "Part of it stands still")
    found["a part stands still"] = barriers(olive)
    olive.page.set_viewport_size({"width": 900, "height": 900})
    assert not overflows(olive)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_a_house_that_answers_with_errors_or_not_at_all_is_told_by_the_page_itself(house, windows):
    staffed(house)
    olive = windows(house, "olive", bypass_csp=True)
    asked = "**/console/standing/"
    olive.page.route(asked, lambda route: route.fulfill(status=500, body="<h1>Error</h1>"))
    olive.open("/console/").sees(".standing", "One Number does not answer")
    assert barriers(olive) == []
    olive.page.unroute(asked)
    expect(olive.at(".standing")).to_be_hidden(timeout=SOON_MS)  # it answers again
    olive.page.route(asked, lambda _route: None)  # as while the database hangs
    olive.sees(".standing", "One Number does not answer")


def test_two_at_one_request_see_each_other_and_what_is_typed_outlives_the_browser(house, windows):
    staffed(house)
    olive, otto = windows(house, "olive", bypass_csp=True), windows(house, "otto")
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.page.click("button[name=category][value=housekeeping]")
    olive.sees("#case h2", "00001")
    otto.open("/console/?request=1")
    olive.sees("#case .beside", "Otto has this open too.")
    otto.sees("#case .beside", "Olive has this open too.")
    note = olive.at("#case textarea.note").first
    note.press_sequentially("Hip hurts")
    otto.sees("#case .beside", "Olive has this open too and is writing.")
    expect(note).to_be_focused()

    again = windows(house, "olive")  # another browser: the first one's machine has died
    again.open("/console/?request=1")
    kept = again.at("#case textarea.note").first
    expect(kept).to_have_value("Hip hurts")
    kept.press("Shift+Enter")
    again.sees("#case .log", "Hip hurts")
    expect(kept).to_have_value("")
    otto.loses("#case .beside", "is writing")
    otto.open("/console/")
    olive.page.click("#case summary:has-text('What is it about?')")
    olive.page.click("#case .triage button:text-is('A fall')")
    olive.page.click("#case .asking li:has-text('more than an hour') button:text-is('Yes')")
    olive.sees("#case .advice", "Call 120, even if she feels well.")
    expect(olive.at("#case .beside")).to_have_count(0, timeout=SOON_MS)
    assert barriers(olive) == []
