"""A worker's page that says where he is, in Chromium."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.pure]

# A browser that measures, and keeps the screen awake for as long as it likes.
MEASURING = """
window.locks = [];
Object.defineProperty(navigator, 'geolocation', { value: {
    watchPosition: () => 1, clearWatch: () => undefined,
} });
Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => {
    const lock = Object.assign(new EventTarget(), { released: false, release() {
        lock.released = true;
        lock.dispatchEvent(new Event('release'));
    } });
    locks.push(lock);
    document.body.dataset.locks = locks.length;
    return lock;
} } });
"""


def test_a_screen_that_the_browser_lets_sleep_while_he_shares_is_kept_awake_again(live):
    share = '<button data-share="wai"><span data-share-words>Share</span></button>'
    it = live(html=share)
    it.page.add_init_script(MEASURING)
    it.page.reload()
    body = it.page.locator("body")
    it.page.click("[data-share]")
    expect(body).to_have_attribute("data-locks", "1")
    it.page.evaluate("locks[0].release()")
    expect(body).to_have_attribute("data-locks", "2")
    it.page.click("[data-share]")  # he shares no more: it may sleep
    it.settle(1500)
    assert it.page.evaluate("locks.map(({ released }) => released)") == [True, True]


def test_a_place_that_is_not_known_for_a_while_ends_no_sharing(live):
    it = live(html='<button data-share="wai" data-refused="No position" data-on="Shared">'
                   "<span data-share-words>Share</span></button>")  # fmt: skip
    it.answers["/positions/osmand/"] = (200, "application/json", "{}")
    it.page.add_init_script(MEASURING)
    it.page.add_init_script(
        "navigator.geolocation.watchPosition = "
        "(found, failed) => { window.gps = { found, failed }; return 1; }"
    )
    it.page.reload()
    button = it.page.locator("[data-share]")
    button.click()
    it.page.evaluate("gps.failed({ code: 2, PERMISSION_DENIED: 1 })")
    expect(button).to_have_text("No position")
    expect(button).to_have_attribute("aria-pressed", "true")
    it.page.evaluate(
        "gps.found({ coords: { latitude: 30.28, longitude: 120.16, accuracy: 9 }, timestamp: 1 })"
    )
    expect(button).to_have_text("Shared")
    it.page.evaluate("gps.failed({ code: 1, PERMISSION_DENIED: 1 })")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_who_stands_still_says_so_every_five_minutes(live):
    it = live(html='<button data-share="wai"><span data-share-words>Share</span></button>')
    it.answers["/positions/osmand/"] = (200, "application/json", "{}")
    it.page.add_init_script(MEASURING)
    it.page.add_init_script(
        "navigator.geolocation.getCurrentPosition = (found) => found("
        "{ coords: { latitude: 30.28, longitude: 120.16, accuracy: 9 }, timestamp: Date.now() })"
    )
    it.page.clock.install()
    it.page.reload()
    said = []
    it.page.on("request", lambda one: said.append(one.url) if "osmand" in one.url else None)
    it.page.click("[data-share]")
    it.page.clock.run_for(11 * 60_000)
    it.settle(0)
    assert len(said) in (2, 3)
    it.page.click("[data-share]")
    it.page.clock.run_for(11 * 60_000)
    it.settle(0)
    assert len(said) in (2, 3)
