"""Buttons pressed without a line, in Chromium: kept, shown, sent once, and never dropped."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looks import barriers
from tests.browser.windows import Window, act, ask, people
from tests.dispatch.test_imagery import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOON_MS = 60_000  # the house looks again every 15 s
# The page asks anew for what it shows, and has drawn it.
SWAPPED = """() => new Promise((done) => {
    document.addEventListener('htmx:afterSwap', () => done(), { once: true });
    window.bus.resync();
})"""


@pytest.fixture
def windows(browser):
    opened = []

    def open_window(house, **more):
        opened.append(Window(browser, house, **more))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


@pytest.fixture
def who(house):
    return people(house)


@pytest.fixture
def wai(house, who, windows):
    """Wai, with a meal to bring to Mei that he has accepted."""
    window = windows(house, width=390, height=844, bypass_csp=True).sign_in("wai").open("/worker/")
    window.lives()
    act(house, "requests", who["token"], category="catering", elder=who["mei"])
    window.at(".offer .go.yes").click()
    window.sees(".visit h2", "To Mei Chen")
    return window


def meal(house, who):
    return ask(house, "requests?limit=1", who["token"])["items"][0]


def events(house, who):
    return ask(house, f"requests/{meal(house, who)['id']}/events", who["token"])["events"]


def kinds(house, who):
    return [event["kind"] for event in events(house, who)]


def photographs(wai):
    """A picture of 3000 × 20 pixels, which is made smaller before it is kept."""
    file = {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": photo((3000, 20))}
    wai.page.set_input_files("input[data-photos]", file)
    expect(wai.at("#unsent-photos")).to_contain_text("Photographs not yet sent: 1")


def signs(wai):
    pad = wai.at("[data-sign] svg")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    wai.page.mouse.move(box["x"] + 40, box["y"] + 20)
    wai.page.mouse.down()
    wai.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    wai.page.mouse.up()
    expect(wai.at("[data-sign] path")).to_have_attribute("d", re.compile("^M.+L"))


def test_a_visit_goes_on_without_a_line_and_is_told_when_it_is_back(house, who, wai):
    wai.context.set_offline(True)
    wai.page.get_by_role("button", name="I am setting off").click()
    expect(wai.at("#outbox")).to_contain_text("1 not yet sent")
    wai.page.get_by_role("button", name="I have arrived").click()
    expect(wai.at("#outbox")).to_contain_text("2 not yet sent")
    wai.page.get_by_text("Photo, note, signature").click()
    wai.page.fill(".visit textarea", "She had eaten already")
    photographs(wai)
    wai.page.set_viewport_size({"width": 390, "height": 2000})
    assert barriers(wai) == []  # presses and a photograph that wait
    wai.page.get_by_text("Let her sign").click()
    signs(wai)
    wai.page.get_by_role("button", name="I have finished").click()
    expect(wai.at("#outbox")).to_contain_text("3 not yet sent")
    expect(wai.at("#outbox")).to_contain_text("I have arrived · Mei Chen")

    wai.context.set_offline(False)
    expect(wai.at("#outbox")).to_be_hidden(timeout=SOON_MS)
    expect(wai.at(".visit.waiting")).to_be_visible(timeout=SOON_MS)
    expect(wai.at("#unsent-photos")).to_be_hidden(timeout=SOON_MS)
    told = kinds(house, who)
    assert "request.noted" in told  # the photograph
    (finished,) = (e for e in events(house, who) if e["kind"] == "assignment.finished")
    assert finished["data"]["signed"] == "screen"
    steps = ["assignment.departed", "assignment.arrived", "assignment.finished"]
    assert [kind for kind in told if kind in steps] == steps
    assert wai.was_never_loaded_again()


@pytest.mark.pure
def test_duty_is_switched_without_a_line_and_back_again(house, who, wai):
    switch = wai.at(".duty .switch")
    expect(switch).to_be_checked()
    wai.context.set_offline(True)
    switch.click()
    expect(wai.at("#outbox")).to_contain_text("Go off duty")
    expect(switch).not_to_be_checked()
    expect(switch).to_have_text("Off duty")
    assert barriers(wai) == []
    switch.click()  # a slip of the finger: as it was
    expect(wai.at("#outbox")).to_be_hidden()
    expect(switch).to_be_checked()
    switch.click()
    wai.context.set_offline(False)
    expect(wai.at("#outbox")).to_be_hidden(timeout=SOON_MS)
    expect(switch).not_to_be_checked(timeout=SOON_MS)
    wai.open("/worker/")
    expect(switch).not_to_be_checked()


def test_what_was_given_to_somebody_else_meanwhile_is_said_and_stays_until_it_is_read(
    house, who, wai
):
    wai.context.set_offline(True)
    wai.page.get_by_role("button", name="I am setting off").click()
    expect(wai.at("#outbox")).to_contain_text("1 not yet sent")
    act(house, f"assignments/{visit(house, who)}/release", who["token"], reason="Late")
    wai.context.set_offline(False)

    refused = wai.at("#outbox [data-refused]")
    expect(refused).to_contain_text("This visit has ended.", timeout=SOON_MS)
    expect(refused).to_contain_text("I am setting off · Mei Chen")
    assert barriers(wai) == []
    assert "assignment.departed" not in kinds(house, who)
    wai.open("/worker/")
    expect(refused).to_contain_text("This visit has ended.")
    # A line that is drawn anew while a finger is on its button would be pressed for nothing.
    line = refused.locator("li").element_handle()
    wai.page.evaluate(SWAPPED)
    assert line.evaluate("node => node.isConnected")
    refused.get_by_role("button", name="I have read this").click()
    expect(wai.at("#outbox")).to_be_hidden()
    wai.open("/worker/")
    expect(wai.at("#now")).to_be_visible()
    expect(wai.at("#outbox")).to_be_hidden()


def test_a_press_whose_answer_was_lost_is_sent_again_with_its_own_key(house, who, wai):
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    wai.page.route("**/depart/", lose, times=1)
    again = {"predicate": lambda sent: "/depart/" in sent.url, "timeout": SOON_MS}
    with wai.page.expect_event("requestfinished", **again) as second:
        wai.page.get_by_role("button", name="I am setting off").click()
    assert second.value.headers["idempotency-key"] == keys[0]
    expect(wai.page.get_by_role("button", name="I have arrived")).to_be_visible(timeout=SOON_MS)
    expect(wai.at("#outbox")).to_be_hidden(timeout=SOON_MS)
    assert kinds(house, who).count("assignment.departed") == 1


def visit(house, who):
    return ask(house, f"requests/{meal(house, who)['id']}", who["token"])["assignments"][0]["id"]


@pytest.mark.pure
def test_the_way_to_the_panic_button_is_in_view_wherever_he_reads(wai):
    wai.page.set_viewport_size({"width": 360, "height": 560})
    wai.page.keyboard.press("End")
    way = wai.page.get_by_role("link", name="I am in danger")
    expect(way).to_be_in_viewport(ratio=1)
    wai.page.evaluate("scrollTo(0, 0)")
    expect(wai.at("#in-danger > summary")).not_to_be_in_viewport()
    way.click()
    help_now = wai.page.get_by_role("button", name="Yes, I need help now")
    expect(help_now).to_be_in_viewport(ratio=1)
    help_now.click()
    expect(wai.at("#panic")).to_contain_text("Your alarm is with our people", timeout=SOON_MS)


@pytest.mark.pure
def test_a_worker_in_danger_without_a_line_is_told_so_and_is_heard_when_it_is_back(house, who, wai):
    wai.context.set_offline(True)
    wai.page.get_by_text("I am in danger …").click()
    wai.page.get_by_role("button", name="Yes, I need help now").click()
    expect(wai.at("#outbox")).to_contain_text("I am in danger")
    wai.context.set_offline(False)
    expect(wai.at("#panic")).to_contain_text("Your alarm is with our people", timeout=SOON_MS)
    found = ask(house, "requests?priority=emergency", who["token"])["items"]
    assert [one["source"] for one in found] == ["worker"]


def test_the_red_button_without_a_line_says_so_loudly_and_is_sent_when_it_is_back(
    house, who, windows
):
    mei = windows(house, width=390, height=844).sign_in("mei").open("/elder/")
    mei.lives()
    mei.context.set_offline(True)
    for _press in range(2):  # the second one is the same
        mei.page.click(".choice.sos .tile")
    unsent = mei.at("#outbox [data-waiting]")
    expect(unsent).to_contain_text("NOT YET SENT")
    expect(unsent).to_contain_text("Please ring 12349 now")
    expect(unsent.locator("li")).to_have_count(1)
    expect(unsent.get_by_role("link", name="Ring 12349")).to_be_in_viewport()

    mei.context.set_offline(False)
    mei.sees(".asked.grave .saying", "We have your alarm")
    expect(mei.at("#outbox")).to_be_hidden(timeout=SOON_MS)
    (emergency,) = ask(house, "requests?priority=emergency", who["token"])["items"]
    assert emergency["source"] == "page"


@pytest.mark.pure
def test_a_cry_for_help_waits_behind_nothing(house, who, wai):
    """One press that the house keeps failing to take held back all that came after it."""
    wai.page.route("**/depart/", lambda route: route.fulfill(status=500))
    wai.page.get_by_role("button", name="I am setting off").click()
    expect(wai.at("#outbox")).to_contain_text("1 not yet sent")
    wai.page.get_by_text("I am in danger …").click()
    wai.page.get_by_role("button", name="Yes, I need help now").click()
    expect(wai.at("#panic")).to_contain_text("Your alarm is with our people", timeout=SOON_MS)
    expect(wai.at("#outbox")).to_contain_text("1 not yet sent")

    wai.context.set_offline(True)
    wai.at("#in-danger").evaluate("it => { it.open = true; }")
    wai.page.get_by_role("button", name="Press again: I need help now").click()
    lines = wai.at("#outbox [data-waiting] li")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("I am in danger")
    wai.context.set_offline(False)
    expect(lines).to_have_count(1, timeout=SOON_MS)
    expect(lines.first).to_contain_text("I am setting off")


@pytest.mark.pure
def test_signing_out_asks_first_while_a_photograph_is_not_sent(house, who, wai):
    for name in ("I am setting off", "I have arrived"):
        wai.page.get_by_role("button", name=name).click()
    wai.page.get_by_text("Photo, note, signature").click()
    wai.page.route("**/photos/", lambda route: route.fulfill(status=500))
    photographs(wai)
    asked = []

    def answer(dialog):
        asked.append(dialog.message)
        if len(asked) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    wai.page.on("dialog", answer)
    wai.open("/").page.click("form[data-leave] button")
    expect(wai.at("form[data-leave]")).to_have_count(1)
    assert len(asked) == 1
    wai.page.click("form[data-leave] button")
    expect(wai.at("form[data-leave]")).to_have_count(0, timeout=SOON_MS)
    assert len(asked) == 2
    assert wai.page.evaluate("indexedDB.databases()") == []
