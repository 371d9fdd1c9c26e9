"""A family link in Chromium: made by her, opened twice, taken back, made anew, and run out."""

import pytest
from playwright.sync_api import expect

from tests.browser.windows import Window, act, people

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON_MS = 30_000  # the house looks again every 15 s
RUN_OUT = """
from datetime import timedelta
from django.utils import timezone
from dispatch.models import TrackLink
TrackLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
"""


@pytest.fixture
def windows(browser):
    opened = []

    def open_window(house, **more):
        opened.append(Window(browser, house, **more))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


def make(mei):
    mei.open("/elder/sharing/")
    mei.page.fill("#given_to", "Ka-Ming")
    mei.page.get_by_role("button", name="Make a link").click()
    address = mei.at("#fresh a").get_attribute("href")
    return "/track/" + address.partition("/track/")[2]


def ended(window):
    expect(window.at("h1")).to_have_text("This link has ended", timeout=SOON_MS)


def test_a_link_is_made_passed_on_taken_back_made_anew_and_runs_out(house, windows):
    who = people(house)
    mei = windows(house, width=390, height=844).sign_in("mei")
    first = make(mei)
    son, neighbour = windows(house).open(first), windows(house).open(first)
    act(house, "requests", who["token"], category="catering", elder=who["mei"])
    for window in (son, neighbour):  # whoever has it can look
        window.lives()
        window.sees(".feed", "Asked for Mei Chen")

    mei.page.get_by_role("button", name="Take it back").first.click()
    for window in (son, neighbour):
        ended(window)
    ended(windows(house).open(first))

    second = make(mei)
    assert second != first
    again = windows(house).open(second)
    again.sees(".feed", "Asked for Mei Chen")
    ended(windows(house).open(first))
    house.manage("shell", "--verbosity", "0", "-c", RUN_OUT)
    ended(again)

    stranger = windows(house).sign_in("rose").open("/family/")  # of another family
    expect(stranger.at("main h1")).to_be_visible()
    expect(stranger.at("body")).not_to_contain_text("Mei Chen")
