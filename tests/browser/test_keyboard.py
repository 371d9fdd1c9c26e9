"""Without a mouse: Tab reaches every control and shows where it is, Enter does the work."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import STAFF
from tests.browser.test_station import CARD, MORE
from tests.browser.windows import SOON_MS, Window, act, people

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.pure]

# Of what can be pressed or typed into, where the keys have been; one radio stands for its group.
NOTING = """() => {
    window.been = new WeakSet();
    document.addEventListener('focusin', ({ target }) => {
        window.been.add(target);
        if (target.type === 'radio')
            document.getElementsByName(target.name).forEach((one) => window.been.add(one));
    });
}"""
LEFT_OUT = """() => [...document.querySelectorAll(
        'a[href], button, input, select, textarea, summary')]
    .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
    .filter((one) => one.type !== 'hidden' && !window.been.has(one))
    .map((one) => one.outerHTML.slice(0, 90))"""
HERE = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const around = one.closest('label, .find, .field') ?? one;
    const shows = (look) => look.outlineStyle !== 'none' || look.boxShadow !== 'none';
    return {
        words: (one.innerText || one.getAttribute('aria-label') || '').trim(),
        html: one.outerHTML.slice(0, 90),
        isSeen: one === document.body || shows(style) || shows(getComputedStyle(around)),
    };
}"""
MOST = 200


@pytest.fixture
def windows(house, browser):
    opened = []

    def open_window(who, path):
        opened.append(Window(browser, house, width=1440, height=900).sign_in(who))
        return opened[-1].open(path)

    yield open_window
    for window in opened:
        window.close()


def by_keys(window, words):
    """Goes there by Tab, and presses Enter."""
    window.page.evaluate("document.activeElement.blur()")
    for _ in range(MOST):
        window.page.keyboard.press("Tab")
        if window.page.evaluate(HERE)["words"].startswith(words):
            window.page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {words}")


def test_each_does_their_work_by_keys_alone(house, windows):
    who = people(house, scopes="cast.consent.Scope.REQUESTS, cast.consent.Scope.WHEREABOUTS")
    house.manage("shell", "--verbosity", "0", "-c", MORE)
    mei, wai = windows("mei", "/elder/"), windows("wai", "/worker/")
    mei.lives()
    wai.lives()
    by_keys(mei, "Meals")
    mei.sees("#now .saying", "we have your order")
    by_keys(mei, "I no longer need this")
    mei.sees("#cancelled", "Cancelled")

    house.manage(
        "shell",
        "--verbosity",
        "0",
        "-c",
        "from providers.models import Worker\n"
        "Worker.objects.filter(name='Luo Bing').update(on_duty=False)",
    )
    act(house, "requests", who["token"], category="catering", elder=who["mei"])
    expect(wai.at(".offer")).to_be_visible(timeout=SOON_MS)
    for step in ("Accept", "I am setting off", "I have arrived", "I have finished"):
        expect(wai.page.get_by_role("button", name=step)).to_be_visible(timeout=SOON_MS)
        by_keys(wai, step)
    expect(wai.at(".visit.waiting")).to_be_visible(timeout=SOON_MS)

    ping = windows("ping", "/station/")
    ping.page.keyboard.type(CARD)
    ping.page.keyboard.press("Enter")
    ping.page.wait_for_url("**/elders/**")
    by_keys(ping, "Housekeeping")
    ping.sees(".said", "Housekeeping")

    son = windows("ka-ming", "/family/")
    by_keys(son, "See and change zones")
    son.page.wait_for_url("**/zones/**")


def test_tab_reaches_every_control_and_shows_where_it_is(house, windows):
    who = people(house)
    for more in (MORE, STAFF):
        house.manage("shell", "--verbosity", "0", "-c", more)
    case = act(house, "requests", who["token"], category="medical", elder=who["mei"])
    pages = {
        "/elder/": "mei",
        "/tv/": "mei",
        "/worker/": "wai",
        "/family/": "ka-ming",
        "/station/": "ping",
        "/station/register/": "ping",
        "/provider/": "dawn",
        "/provider/workers/": "dawn",
        f"/console/?request={case['id']}": "olive",
        "/wall/": "olive",
    }
    faults = {}
    for path, username in pages.items():
        window = windows(username, path)
        window.page.evaluate(NOTING)
        unseen = set()
        for _ in range(MOST):
            window.page.keyboard.press("Tab")
            here = window.page.evaluate(HERE)
            if not here["isSeen"]:
                unseen.add(here["html"])
            if not window.page.evaluate(LEFT_OUT):
                break
        left = window.page.evaluate(LEFT_OUT)
        if left or unseen:
            faults[path] = {"never reached": left, "not seen": sorted(unseen)}
    assert faults == {}
