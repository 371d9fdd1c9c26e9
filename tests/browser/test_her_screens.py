"""What an elder must see and reach without scrolling: on a small telephone, and on a television."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import staffed
from tests.browser.looks import SMALL
from tests.browser.windows import SOON_MS, Window, act, ask

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.pure]

LANGUAGES = ("en", "zh-hans")
# What an arrow key never comes to, from the first tile on.
UNREACHED = """() => {
    const stops = [...document.querySelectorAll('a[href], button')];
    const seen = new Set(), todo = [document.querySelector('.tile')];
    while (todo.length) {
        const from = todo.pop();
        if (seen.has(from)) continue;
        seen.add(from);
        for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowDown', 'ArrowRight']) {
            from.focus();
            from.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            todo.push(document.activeElement);
        }
    }
    return stops.filter((node) => node.checkVisibility() && !seen.has(node))
        .map((node) => node.outerHTML.slice(0, 90));
}"""
# What cannot be seen whole.
CUT = """() => [...document.querySelectorAll('h1, p, b, small, button, a[href]')]
    .filter((node) => node.checkVisibility())
    .filter((node) => {
        const box = node.getBoundingClientRect();
        const block = getComputedStyle(node).display !== 'inline';
        return box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth
            || block && node.scrollWidth > node.clientWidth + 1;
    })
    .map((node) => node.outerHTML.slice(0, 90))"""


@pytest.fixture
def who(house):
    return staffed(house)


@pytest.fixture
def mei(house, browser, who, request):
    width, height = request.param
    window = Window(browser, house, width=width, height=height).sign_in("mei")
    yield window
    window.close()


def speaking(window, language, path):
    cookie = {"name": "django_language", "value": language, "url": window.house.base_url}
    window.context.add_cookies([cookie])
    return window.open(path)


def taken(window, who, request):
    """The first who is asked accepts."""
    for _ in range(SOON_MS // 200):
        offers = ask(window.house, f"requests/{request}", who["token"])["offers"]
        if made := [one for one in offers if one["state"] == "made"]:
            act(window.house, f"offers/{made[0]['id']}/accept", who["token"])
            return
        window.page.wait_for_timeout(200)
    raise AssertionError("nobody was asked")


@pytest.mark.parametrize("mei", [(360, 640), (360, 740)], indirect=True)
def test_on_a_small_telephone_state_alarm_and_call_are_in_view_without_scrolling(house, mei, who):
    def in_view(words):
        for language in LANGUAGES:
            speaking(mei, language, "/elder/?ask=home")
            expect(mei.at(".choice.sos .tile")).to_be_in_viewport(ratio=1)
        speaking(mei, "en", "/elder/").sees(".asked .saying", words)
        for language in LANGUAGES:
            speaking(mei, language, "/elder/")
            for what in (".asked .saying", ".choice.sos .tile", ".foot > .call"):
                expect(mei.at(what).first).to_be_in_viewport(ratio=1)
            assert mei.page.evaluate("scrollY") == 0
            assert mei.page.evaluate(SMALL, [60, 18]) == []
            red, call = mei.at(".choice.sos .tile").bounding_box(), mei.at(".foot > .call")
            assert red["x"] + red["width"] + 8 <= call.bounding_box()["x"]

    for language in LANGUAGES:
        speaking(mei, language, "/elder/?ask=home")
        expect(mei.at(".choice.sos .tile")).to_be_in_viewport(ratio=1)
    asked = act(house, "requests", who["token"], category="catering", elder=who["mei"])
    in_view("we have your order")
    taken(mei, who, asked["id"])
    in_view("is coming")
    speaking(mei, "en", "/elder/").page.click(".choice.sos .tile")
    mei.sees("#now .saying", "We have your alarm")
    in_view("We have your alarm")


@pytest.mark.parametrize("mei", [(1280, 720)], indirect=True)
def test_an_emergency_and_a_meal_stand_on_one_television_whole(house, mei, who):
    def whole():
        for language in LANGUAGES:
            speaking(mei, language, "/tv/?ask=home")
            expect(mei.at(".choice.sos .tile")).to_be_in_viewport(ratio=1)
            speaking(mei, language, "/tv/")
            assert mei.at(".asked").count() == 2
            assert mei.page.evaluate(CUT) == []
            assert mei.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
            assert mei.page.evaluate(UNREACHED) == []

    meal = act(house, "requests", who["token"], category="catering", elder=who["mei"])
    speaking(mei, "en", "/tv/").page.click(".choice.sos .tile")
    mei.sees("#now .saying", "We have your alarm")
    whole()
    taken(mei, who, meal["id"])
    emergency = ask(house, "requests?priority=emergency", who["token"])["items"][0]
    taken(mei, who, emergency["id"])
    whole()  # somebody comes for each, and each has a number to say at the door
