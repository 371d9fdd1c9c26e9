"""A community station and a provider in Chromium: a scanner, an idle page, a print, a colleague."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import barriers, looked_at
from tests.browser.windows import Window, people, unhurried

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD = "YL00000010024"
MORE = f"""
from elders.models import Elder
from tests import cast
from providers.models import Provider, Service, Worker, WorkerCategory
mei = Elder.objects.get(name="Mei Chen")
mei.card_number = "{CARD}"
mei.save()
cast.ping()
kitchen = Provider.objects.get()
kitchen.staff.add(cast.account("dawn", name="Dawn Lin", name_zh="林晓晨"))
wai = Worker.objects.get()
wai.rating = 4.3
wai.save()
bing = Worker.objects.create(
    provider=kitchen, name="Luo Bing", name_zh="罗冰", phone="+8613800000012", sex="female",
    on_duty=True, lat=30.28, lon=120.16, position_at=cast.BEFORE,
)
WorkerCategory.objects.create(worker=bing, category_id="catering")
Service.objects.create(
    provider=kitchen, category_id="catering", name="Lunch", name_zh="午餐", price_cents=1500,
    subsidy_cents=800,
)
"""


@pytest.fixture
def windows(house, browser):
    people(house)
    house.manage("shell", "--verbosity", "0", "-c", MORE)
    opened = []

    def open_window(who, **more):
        opened.append(Window(browser, house, **more).sign_in(who))
        return opened[-1]

    yield open_window
    for window in opened:
        window.close()


def scan(window, card=CARD):
    """As a scanner types: a burst of keys that ends on Enter, wherever the focus is."""
    window.page.keyboard.type(card)
    window.page.keyboard.press("Enter")


def test_a_scanned_card_opens_her_and_an_order_stands_there_by_itself(windows):
    ping = windows("ping")
    expect(ping.at("#who")).to_be_focused()
    scan(ping)
    expect(ping.at("h1")).to_contain_text("Mei Chen")
    ping.page.click(".wish >> text=Meals")
    ping.sees(".said", "Meals: we have your order")
    dawn = windows("dawn").open("/provider/")
    dawn.at(".invitation").wait_for(timeout=60_000)
    dawn.page.select_option(".invitation select", label="Luo Bing")
    dawn.page.click(".invitation .primary")
    dawn.sees(".visits", "Luo Bing")
    ping.sees(".said", "Luo Bing is coming")  # without a press
    ping.page.evaluate("document.activeElement.blur()")
    scan(ping, "nobody 1")  # the next card, wherever the focus was
    ping.sees("h1", "Nobody was found")


@pytest.mark.pure
def test_whoever_walks_away_leaves_nothing_behind(windows):
    ping = windows("ping")
    ping.page.clock.install()
    scan(ping)
    expect(ping.at("h1")).to_contain_text("Mei Chen")
    ping.page.clock.run_for(102_000)
    expect(ping.at("[data-leaving]")).to_be_visible()
    ping.page.keyboard.press("Shift")
    expect(ping.at("[data-leaving]")).to_be_hidden()
    ping.page.clock.run_for(121_000)
    ping.page.wait_for_url("**/station/")
    assert "Mei" not in ping.page.content()
    ping.page.go_back()
    ping.page.wait_for_load_state()
    assert "Mei" not in ping.page.content()  # `replace` left no step to go back to


@pytest.mark.pure
def test_the_slip_alone_is_printed(windows):
    ping = windows("ping")
    scan(ping)
    ping.page.click(".wish >> text=Meals")
    ping.sees(".said", "Meals")
    ping.page.emulate_media(media="print")
    expect(ping.at(".slip")).to_be_visible()
    expect(ping.at(".slip")).to_contain_text("12349")
    for hidden in (".bar-station", ".sos", ".tiles"):
        expect(ping.at(hidden)).to_be_hidden()


@pytest.mark.pure
def test_a_scanner_does_not_send_the_registration_off(windows):
    ping = windows("ping").open("/station/register/")
    ping.page.fill("#id_name", "Xu Guilan")
    ping.at("#id_card_number").focus()
    scan(ping, "YL777")
    expect(ping.at("#id_phone")).to_be_focused()
    expect(ping.at("#id_card_number")).to_have_value("YL777")
    assert ping.was_never_loaded_again()


@pytest.mark.pure
def test_the_pages_are_for_everybody_in_both_languages(house, windows):
    ping = windows("ping", bypass_csp=True)
    dawn = windows("dawn", bypass_csp=True)
    found = {
        path: looked_at(ping, path, "wcag2aaa") for path in ("/station/", "/station/register/")
    }
    ping.open("/station/")
    scan(ping)
    ping.page.wait_for_url("**/elders/**")
    her = "/" + ping.page.url.split("/", 3)[3]
    ping.page.click(".wish >> text=Meals")
    ping.at(".said").wait_for()
    unhurried(house)
    found["her"] = looked_at(ping, her, "wcag2aaa")
    for name, text in (("several", "M"), ("nobody", "nobody 1")):
        scan(ping.open("/station/"), text)
        ping.at("main .acts-row").wait_for()
        found[name] = barriers(ping, "wcag2aaa")
    ping.open("/station/register/").page.click("main .acts-row button.primary")
    ping.at(".error").first.wait_for()
    found["refused"] = barriers(ping, "wcag2aaa")
    ping.open("/station/").page.click(".sos")
    ping.sees("#here .said", "The desk has your alarm")
    found["somebody needs help here"] = looked_at(ping, "/station/", "wcag2aaa")
    for path in ("/provider/", "/provider/workers/", "/provider/services/"):
        found[path] = looked_at(dawn, path)
    dawn.open("/provider/").at(".invitation .primary").first.click()
    dawn.at(".visits > li").wait_for()
    found["a visit"] = looked_at(dawn, "/provider/")
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
