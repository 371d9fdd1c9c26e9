"""Opened without a line, in Chromium: what was seen last and when; nothing after signing out."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from telephony import prompts
from tests.browser.windows import SOON_MS, Window, ask, people
from tests.infra import voice

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.pure]
STORED = """async () => {
    const workers = await navigator.serviceWorker.getRegistrations();
    const scopes = workers.map((worker) => worker.scope);
    return [...await caches.keys(), ...Object.keys(localStorage), ...scopes];
}"""
# The worker has taken the page, with all that it needs to be drawn.
HOLDS = (
    """async (path) => (await caches.match(new URL(path, location.origin).href)) !== undefined"""
)


@pytest.fixture
def window(browser, house):
    opened = Window(browser, house, width=390, height=844)
    yield opened
    opened.close()


LASTS_S = """(url) => new Promise((done, refuse) => {
    const sound = new Audio(url);
    sound.oncanplaythrough = () => done(sound.duration);
    sound.onerror = refuse;
})"""


def spoken(house, sentence):
    """Has it recorded for this house; where a device without a line has it from."""
    name = prompts.name_of(sentence, "en")
    folder = Path(house.env["VAR_DIR"]) / "prompts" / "recorded"
    folder.mkdir(parents=True)
    (folder / f"{name}.wav").write_bytes(voice.speak(sentence, "en"))
    return f"/no-line/{name}/"


NOTIFIED = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.length ? shown.map(({title, body}) => [title, body]) : null;
}"""


def notified(window, house, said):
    """What the browser shows of a push, which its own push service would bring: again and again,
    as it does; the tag makes them one."""
    window.context.grant_permissions(["notifications"], origin=house.base_url)
    tool = window.context.new_cdp_session(window.page)
    found: list[dict[str, str]] = []

    def hear(told):
        found.extend(one for one in told["registrations"] if one["scopeURL"].endswith("/elder/"))

    tool.on("ServiceWorker.workerRegistrationUpdated", hear)
    tool.send("ServiceWorker.enable")
    for turn in range(SOON_MS // 50):
        if found and turn % 20 == 0:
            number = found[-1]["registrationId"]
            push = {"origin": house.base_url, "registrationId": number, "data": json.dumps(said)}
            tool.send("ServiceWorker.deliverPushMessage", push)
        if shown := window.page.evaluate(NOTIFIED):
            return shown
        window.page.wait_for_timeout(50)
    return None


def test_without_a_line_a_page_opens_as_it_was_and_after_signing_out_nothing_is_there(
    house, window
):
    who = people(house)
    unsent = spoken(house, "Not yet sent: no connection, please ring 12349 now")
    mei = window.sign_in("mei").open("/elder/")
    for kept in ("/elder/", unsent):
        mei.becomes(HOLDS, kept)

    assert notified(mei, house, {"title": "One Number", "body": "There is something new."}) == [
        ["One Number", "There is something new."]
    ]

    house.kill()
    mei.page.goto("about:blank")
    mei.page.goto(f"{house.base_url}/elder/")
    expect(mei.at("#kept")).to_contain_text("no line")
    expect(mei.at("#kept time")).not_to_be_empty()
    expect(mei.at(".when-live")).to_be_hidden()
    expect(mei.at("h1")).to_contain_text("Mei Chen")
    mei.page.click(".choice.sos .tile")
    expect(mei.at("#outbox [data-waiting]")).to_contain_text("NOT YET SENT")
    assert mei.at("#outbox [data-aloud]").get_attribute("data-sound") == unsent
    assert mei.page.evaluate(LASTS_S, unsent) > 0

    house.restart()
    mei.sees(".asked.grave .saying", "We have your alarm")
    expect(mei.at("#outbox")).to_be_hidden(timeout=SOON_MS)
    expect(mei.at("#kept")).to_be_hidden()
    (emergency,) = ask(house, "requests?priority=emergency", who["token"])["items"]
    assert emergency["source"] == "page"

    mei.open("/").page.click("form[data-leave] button")
    mei.page.wait_for_url(f"{house.base_url}/")
    expect(mei.at("form[data-leave]")).to_have_count(0)
    assert mei.page.evaluate(STORED) == []
