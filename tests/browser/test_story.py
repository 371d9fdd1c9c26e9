"""The story in six windows at once, with the server killed in the middle of it."""

import re

import pytest
from playwright.sync_api import expect

from tests import cast
from tests.browser.windows import SOON_MS, Window, ask, drive, people

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KINDS = [
    "request.opened",
    "request.located",
    "offer.made",
    "offer.accepted",
    "assignment.made",
    "assignment.departed",
    "assignment.arrived",
    "assignment.finished",
    "request.confirmed",
    "request.closed",
]


@pytest.fixture
def windows(browser):
    opened = []

    def open_window(house, **more):
        opened.append(Window(browser, house, **more))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


def test_a_meal_is_ordered_brought_and_confirmed_before_six_screens(house, windows):
    who = people(house)
    phone = windows(house).open("/phone/")
    wai = windows(house, width=390, height=844).sign_in("wai").open("/worker/")
    olive = windows(house, width=1600, height=900).sign_in("olive").open("/console/")
    family = windows(house, width=390, height=844).open(f"/track/{who['track']}/")
    mei = windows(house, width=800, height=1280).sign_in("mei").open("/elder/")
    wall = windows(house, width=1920, height=1080).sign_in("olive").open("/wall/")
    everybody = [phone, wai, olive, family, mei, wall]
    alive = [wai, olive, family, mei, wall]
    for window in alive:
        window.lives()
    family.sees("#watch", "Nothing is going on")

    # she dials, hears her name, presses 1 and hangs up
    phone.page.fill("#from", cast.MEI_NUMBER)
    phone.page.press("#from", "Tab")
    phone.page.click("#call")
    phone.sees("#heard .them", "陈梅")
    phone.page.keyboard.press("1")
    phone.sees("#heard .me", "1")
    phone.sees("#heard .them:last-child, #heard .them ~ .them", "助餐")
    phone.page.click("#hang")
    phone.sees("#state", "The call is over")

    # everybody sees it; nothing is promised yet
    family.sees("h1", "We are looking for somebody")
    olive.sees("#board tbody tr", "Asking")
    mei.sees("#now .saying", "We are looking for somebody")
    wall.sees("#wall .tile-wall:has-text('requests')", "1")
    wai.sees(".offer h2", "Meals")
    expect(wai.at(".offer .countdown")).to_contain_text(re.compile(r"\d:\d\d"), timeout=SOON_MS)
    assert "Mei" not in wai.at("main").inner_text()
    assert "Help is coming" not in family.at("#watch").inner_text()

    # he accepts and departs
    wai.page.click(".offer .go.yes")
    wai.sees(".visit h2", "To Mei Chen")
    wai.sees(".visit", "12 Willow Lane")
    assert "4711#" not in wai.page.content()
    olive.sees("#board tbody tr", "Accepted")
    family.sees(".feed", "Help is coming")
    family.sees(".carer", "Wai Ho")
    mei.sees("#now .saying", "Wai Ho is coming")
    wai.page.click(".visit .go.next")
    olive.sees("#board tbody tr", "On the way")
    family.sees(".headline", "is on the way")

    # the server dies, and nobody has to do anything about it
    house.kill()
    for window in alive:
        window.at("html[data-link=down]").wait_for(state="attached", timeout=60_000)
    house.restart()
    for window in alive:
        window.lives()

    # he moves: the family sees how far he is and when he will be there
    before = wai.at(".share time").get_attribute("data-ago")
    drive(house, "wai-phone", (30.2790, 120.1590), (30.2772, 120.1575))
    family.sees(".headline h1", "About")
    family.sees(".beside", "away")
    family.at(".pin-worker").wait_for()
    expect(wai.at(".share time")).not_to_have_attribute("data-ago", before, timeout=SOON_MS)

    # he arrives, is shown the code of the door, and finishes
    wai.page.click(".visit .go.next")
    wai.sees(".notes", "4711#")
    olive.sees("#board tbody tr", "Arrived")
    family.sees("h1", "Wai Ho is with Mei Chen")
    wai.page.click(".visit details.extras > summary")
    wai.page.fill(".visit textarea", "All eaten")
    wai.page.click(".visit .go.next")
    wai.sees(".main-column", "Nothing to do at the moment")
    wai.loses("main", "Mei")
    olive.sees("#board tbody tr", "To confirm")
    family.sees("h1", "The visit is finished")

    # she is rung and confirms on her telephone
    phone.sees("#state", "Is ringing you")
    phone.page.click("#call")
    phone.sees("#state", "Talking")
    phone.page.keyboard.press("1")
    phone.sees("#state", "The call is over")
    family.sees("h1", "This is settled")
    expect(mei.at("#now .saying")).to_have_count(0, timeout=SOON_MS)
    wall.sees("#wall .tile-wall:has-text('requests')", "0")
    olive.sees("#board", "Nothing is open here")

    assert all(window.was_never_loaded_again() for window in everybody)
    (request,) = ask(house, "requests", who["token"])["items"]
    assert (request["state"], request["disposition"]) == ("CLOSED", "met")
    log = ask(house, f"requests/{request['id']}/events", who["token"])
    assert [event["kind"] for event in log["events"]] == KINDS
