"""The desk's keys in Chromium: hold, add, wrap up, away; the wall, for everybody."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import ring, staffed
from tests.browser.looks import barriers, looked_at
from tests.browser.test_console import DESKS, press, windows
from tests.browser.windows import SOON_MS

__all__ = ["windows"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = """() => new Set([...document.querySelectorAll('.layer')]
    .map((one) => Math.round(one.getBoundingClientRect().top))).size"""


def test_one_key_each_holds_adds_wraps_up_and_says_away(house, windows):
    staffed(house)
    olive, otto = windows(house, "olive"), windows(house, "otto")
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.sees("#caller .who .name", "Mei Chen")
    press(olive, "F4")
    olive.sees("#caller .held", "On hold")
    press(olive, "F4")
    expect(olive.at("#caller .held")).to_have_count(0, timeout=SOON_MS)

    press(olive, "F7")
    olive.sees("#caller .drop", "Ambulance")
    olive.page.select_option("#caller select[name=to]", label="Otto")
    olive.page.click("text=Ask to join")
    otto.sees("#caller", "Olive asks you to join the call with Mei Chen.")
    press(otto, "F3")
    olive.sees("#caller .seats", "Otto")

    press(olive, "F9", "F9")
    olive.sees("#caller", "The line is dead")
    press(olive, "Alt+2")
    olive.sees("#toast", "Wrapped up.")
    olive.sees("#queue .me", "You: Ready")
    press(olive, "Shift+F4")
    olive.page.click("#queue .away button:text-is('Meal')")
    otto.sees("#queue .people", "Away: meal")
    assert olive.was_never_loaded_again()


@pytest.mark.pure
def test_a_layer_of_the_towns_map_is_put_away_and_stays_away(house, windows):
    staffed(house)
    olive = windows(house, "olive")
    olive.open("/wall/")
    olive.page.wait_for_selector(".leaflet-dots-pane canvas")
    drawn = "() => document.querySelector('.leaflet-dots-pane canvas').toDataURL()"
    whole = olive.page.evaluate(drawn)
    olive.page.click("[data-layer=worker]")
    assert olive.page.get_attribute("[data-layer=worker]", "aria-pressed") == "false"
    olive.becomes(f"whole => ({drawn})() !== whole", whole)
    without = olive.page.evaluate(drawn)
    olive.page.evaluate("htmx.trigger(document.body, 'resync')")
    olive.page.wait_for_load_state("networkidle")
    assert olive.page.evaluate(drawn) == without
    olive.page.click("[data-layer=worker]")
    olive.becomes(f"whole => ({drawn})() === whole", whole)


TROUBLED = """
import json
from django.utils import timezone
from dispatch.models import Outage
from elders.models import Elder, User
from tests import cast
from tracking.models import Device
from telephony import recordings
from telephony.models import Call, CallReview, Recording
now, mei = timezone.now(), Elder.objects.get(name="Mei Chen")
outage = Outage.objects.create(
    cause="silent", scope="grid", key=mei.grid.code, since=now, opened_at=now
)
outage.elders.create(elder=mei, risk=1)
spoken = Call.objects.create(
    direction="inbound", carrier="simulator", carrier_ref="spoken", state="ended", elder=mei,
    from_number=cast.MEI_NUMBER, opened_at=now, answered_at=now,
    operator=User.objects.get(username="olive"),
)
kept = Recording.objects.create(call=spoken, words="My hip hurts", started_at=now)
recordings.keep_audio(spoken, b"RIFF", audio_type="audio/wav", now=now)
drawn = CallReview.objects.create(
    call=spoken, handler=spoken.operator, month=now.date().replace(day=1), drawn_at=now
)
cast.sol()
print(json.dumps({
    "outage": outage.pk, "device": Device.objects.get(device_id=cast.WATCH_ID).pk,
    "recording": kept.pk, "review": drawn.pk,
}))
"""


@pytest.mark.pure
def test_the_wall_and_the_lists_are_for_everybody_in_both_languages(house, windows):
    """While the power is out, a call runs, and a layer of the map is put away."""
    who = staffed(house)
    said = house.manage("shell", "--verbosity", "0", "-c", TROUBLED)
    there = json.loads(said.strip().splitlines()[-1])
    olive = windows(house, "olive", bypass_csp=True)
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    press(olive, "F2")
    olive.sees("#caller .who .name", "Mei Chen")
    lists = ("", "shift/", "callbacks/", "devices/", "tests/", "keys/")
    pages = [
        "/wall/",
        *(f"/console/{one}" for one in lists),
        f"/console/outages/{there['outage']}/",
        f"/console/devices/{there['device']}/",
        f"/console/elders/{who['mei']}/sharing/",
        f"/console/recordings/{there['recording']}/",
    ]
    found = {path: looked_at(olive, path, sizes=DESKS) for path in pages}
    olive.open("/wall/").page.click("[data-layer=outage]")
    assert olive.page.get_attribute("[data-layer=outage]", "aria-pressed") == "false"
    olive.page.set_viewport_size({"width": 1366, "height": 768})
    assert olive.page.evaluate(ROWS) <= 2  # the layers of the map leave room for it
    found["a layer put away"] = barriers(olive)
    sol = windows(house, "sol", bypass_csp=True)
    for path in ("/console/reviews/", f"/console/reviews/{there['review']}/"):
        found[path] = looked_at(sol, path, sizes=DESKS)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_who_rings_pops_up_and_takes_no_focus_from_who_types(house, windows):
    staffed(house)
    olive = windows(house, "olive")
    olive.sees("#caller .name", "Ready")
    find = olive.at("#find")
    find.press_sequentially("Lan")
    olive.sees("#found", "Lan Zhou")
    ring(house)
    olive.sees("#pop .name", "Mei Chen")
    expect(find).to_be_focused()
    expect(find).to_have_value("Lan")
    olive.at("#found a").first.click()  # another card: what rings stays in the queue
    olive.sees("#caller .name", "Lan Zhou")
    expect(olive.at("#pop")).to_have_count(0)
    olive.sees("#queue .ring .shown", "138 0000 0001")
    expect(olive.at("#map")).to_have_class(re.compile("leaflet-container"))
    olive.page.keyboard.press("F2")
    olive.sees("#caller .who .name", "Mei Chen")
    olive.sees("#person", "diabetes, pacemaker")


@pytest.mark.pure
def test_ones_own_keys_are_chosen_by_pressing_them_and_hold_at_once(house, windows):
    staffed(house)
    olive = windows(house, "olive")
    olive.open("/console/keys/")
    field = olive.at("#key-answer")
    field.press("F4")
    expect(field).to_have_value("F4")
    olive.page.click("text=Keep")
    olive.sees("#fault-hold", "F4 is taken already: Answer whoever is first")
    field.press("Alt+a")
    expect(field).to_have_value("Alt+a")
    olive.at("#key-note").press("Backspace")
    olive.page.click("text=Keep")
    olive.lives()
    ring(house)
    olive.sees("#queue .ring", "Mei Chen")
    olive.page.keyboard.press("?")
    olive.sees("#keys .keys", "Answer")
    olive.sees("#keys .keys", "Alt A")
    olive.page.keyboard.press("Escape")
    olive.page.keyboard.press("F2")  # nobody's any more
    olive.page.keyboard.press("Alt+a")
    olive.sees("#caller .who .name", "Mei Chen")
