"""The scripts of the pages, in Chromium: live regions, keys and clocks."""

import json
import time

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.pure]

FORM = (
    '<p id="n">{n}</p><form hx-post="/save"><input id="typed" name="typed">'
    '<textarea id="left" name="left"></textarea><button id="save">Save</button></form>'
    '<details id="more"><summary>More</summary>words</details>'
)


def test_what_is_being_typed_survives_fifty_pokes_and_few_fetches_answer_them(live):
    it = live(lambda n: FORM.format(n=n))
    it.settle()
    it.page.fill("#left", "left behind")
    it.page.click("#more summary")
    it.page.fill("#typed", "being typed")
    it.page.evaluate("document.querySelector('#typed').setSelectionRange(3, 3)")
    before, began = it.fetched, time.monotonic()
    for _ in range(50):
        it.poke()
    it.settle(1600)
    most = 2 + 2 * (time.monotonic() - began)  # two rounds a second, however slow this machine is
    assert 1 <= it.fetched - before <= most
    expect(it.page.locator("#n")).to_have_text(str(it.fetched))
    assert it.page.input_value("#left") == "left behind"
    assert it.page.input_value("#typed") == "being typed"
    state = "(e => [e.id, e.selectionStart, document.querySelector('#more').open])"
    assert it.page.evaluate(f"{state}(document.activeElement)") == ["typed", 3, True]


def test_a_form_that_was_sent_well_is_emptied(live):
    it = live(lambda n: FORM.format(n=n))
    it.answers["/save"] = (200, "text/html", "")
    it.settle()
    it.page.fill("#left", "sent")
    it.page.click("#save")
    it.settle(300)
    assert it.page.input_value("#left") == ""


def test_a_button_says_what_it_does_even_while_it_has_the_focus(live):
    act = {"path": "/depart", "words": "Has set out"}
    it = live(lambda n: f'<button hx-post="{act["path"]}" hx-swap="none">{act["words"]}</button>')
    it.settle()
    it.page.focus("#region button")
    it.page.evaluate("window.under = document.querySelector('#region button')")
    act.update(path="/arrive", words="Has arrived")
    it.poke()
    it.settle()
    button = it.page.locator("#region button")
    assert (button.get_attribute("hx-post"), button.inner_text()) == ("/arrive", "Has arrived")
    # and whoever has the finger on the old one does not do the new thing
    assert it.page.evaluate("window.under.isConnected") is False
    assert it.page.evaluate("window.under.getAttribute('hx-post')") == "/depart"


def test_a_region_fetched_before_a_press_never_covers_its_answer(live):
    visit = {"words": "With Mei"}
    it = live(
        lambda n: (
            f'<p id="n">{visit["words"]}</p><form hx-post="/finish" hx-target="#region">'
            '<button id="finish">Finish</button></form>'
        )
    )
    it.settle()
    it.slow = True
    it.poke()
    it.settle()
    assert len(it.held) == 1
    visit["words"] = "Nothing to do"
    it.answers["/finish"] = (200, "text/html; charset=utf-8", it._region())
    it.page.click("#finish")
    expect(it.page.locator("#n")).to_have_text("Nothing to do")
    it.page.evaluate(
        "new MutationObserver(() => { window.lied ||= "
        "document.querySelector('#n').innerText === 'With Mei' })"
        ".observe(document.body, {subtree: true, childList: true, characterData: true})"
    )
    before = it.fetched
    it.release()
    it.settle(1500)
    assert it.fetched > before, "what was thrown away is fetched again"
    assert it.page.evaluate("window.lied") is None
    assert it.page.inner_text("#n") == "Nothing to do"


def test_a_button_does_not_move_away_under_the_finger_that_presses_it(live):
    above = {"rows": ""}
    it = live(lambda n: f'<p id="n">{n}</p>{above["rows"]}<button hx-post="/yes">Yes</button>')
    it.answers["/yes"] = (204, "text/html", "")
    it.settle()
    yes = it.page.locator("#region button").bounding_box()
    it.page.mouse.move(yes["x"] + 5, yes["y"] + 5)
    it.page.mouse.down()
    above["rows"] = "<p>An emergency</p>" * 20
    with it.page.expect_event("requestfinished", lambda sent: "/region" in sent.url):
        it.poke()
    with it.page.expect_request("**/yes"):
        it.page.mouse.up()
    expect(it.page.locator("#region")).to_contain_text("An emergency")


def test_a_finger_that_stays_keeps_nothing_new_away(live):
    it = live(lambda n: f'<p id="n">{n}</p>')
    it.settle()
    it.page.mouse.move(5, 5)
    it.page.mouse.down()
    before = it.page.inner_text("#n")
    it.poke()
    expect(it.page.locator("#n")).not_to_have_text(before)  # it would look by itself in 15 s


def test_an_act_with_quotes_in_its_values_moves_and_the_open_menu_beside_it_stays_open(live):
    act = """<button hx-post="/add" hx-vals='{"number": "120"}'>Ambulance</button>"""
    menu = "<details><summary>Add</summary>more</details>"

    def inside(n):
        here, there = (act, "") if n % 2 else ("", act)
        return f'<p id="n">{n}</p>{menu}<p>{here}</p><div>{there}</div>'

    it = live(inside)
    it.settle()
    it.page.click("summary")
    for _ in range(2):
        n = int(it.page.inner_text("#n"))
        it.poke()
        expect(it.page.locator("#n")).not_to_have_text(str(n))
        assert it.page.locator("section").count() == 1
        assert it.page.locator("details[open]").count() == 1


def test_words_typed_for_one_person_never_end_up_under_another(live):
    # What the page is about changes while somebody types: the same form, posting elsewhere.
    person = {"now": 1}

    def inside(n):
        return (
            f'<form hx-post="/notes/{person["now"]}">'
            '<textarea name="note"></textarea><input name="reason"></form>'
        )

    it = live(inside)
    it.settle()
    it.page.fill("input", "hers")
    it.page.fill("textarea", "for Mei alone")
    it.poke()
    it.settle()
    assert it.page.input_value("textarea") == "for Mei alone"
    person["now"] = 2
    it.poke()
    it.settle()
    assert it.page.input_value("textarea") == ""
    assert it.page.input_value("input") == ""


def test_a_refusal_is_said_and_the_page_looks_again(live):
    it = live(lambda n: FORM.format(n=n))
    refusal = {"error": {"code": "stale", "message": "The list has changed.", "fields": {}}}
    it.answers["/save"] = (409, "application/json", json.dumps(refusal))
    it.settle()
    it.page.fill("#left", "kept")
    before = it.fetched
    it.page.click("#save")
    it.settle()
    assert it.page.inner_text("#toast") == "The list has changed."
    assert it.page.input_value("#left") == "kept"
    assert it.fetched > before


def test_a_lost_connection_is_shown_and_caught_up_after(live):
    it = live()
    it.settle()
    it.up = False
    it.sockets[-1].close()
    it.linked("down")
    before = it.fetched
    it.up = True
    it.linked("live")
    it.settle()
    assert it.fetched > before


def test_a_page_that_wakes_from_sleep_looks_again_without_a_poke(live):
    it = live()
    it.settle()
    before = it.page.inner_text("#n")
    it.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(it.page.locator("#n")).not_to_have_text(before)  # it would look by itself in 15 s


def test_a_region_that_comes_later_is_subscribed_to(live):
    it = live(lambda n: f'<p data-topic="elder:{min(n, 2)}">{n}</p>')
    it.settle()
    it.poke()
    it.settle()
    assert {"request:7", "elder:2"} <= set(it.subscribed[-1])


def test_the_sign_in_page_is_never_pasted_into_a_region(live):
    it = live()
    it.settle()
    # Where a redirect ended is all that a page can see of it.
    it.page.evaluate("""Object.defineProperty(XMLHttpRequest.prototype, 'responseURL',
        {get: () => 'http://house.test/sign-in/?next=/region'})""")
    it.answers["/region"] = (200, "text/html", "<h1>Sign in</h1>")
    it.poke()
    it.linked("out")
    assert it.page.locator("h1").count() == 0


KEYS = """
<button id="end" data-key="F9" data-confirm="Press again" value="call 1">Hang up</button>
<button id="beep" data-key="b">Offer</button><textarea id="notes" data-key="n"></textarea>
"""
COUNT = """
window.pressed = [];
document.addEventListener('click', (e) => pressed.push(e.target.id));
"""


def test_a_grave_key_wants_a_second_press(live):
    it = live(html=KEYS)
    it.page.evaluate(COUNT)
    it.page.keyboard.press("F9")
    assert it.page.evaluate("pressed") == []
    assert it.page.inner_text("#toast") == "Press again"
    it.page.keyboard.press("F9")
    assert it.page.evaluate("pressed") == ["end"]


def test_an_armed_button_whose_meaning_changed_does_nothing(live):
    it = live(html=KEYS)
    it.page.evaluate(COUNT)
    it.page.keyboard.press("F9")
    it.page.evaluate("document.querySelector('#end').value = 'call 2'")
    it.page.keyboard.press("F9")
    assert it.page.evaluate("pressed") == []


def test_letters_are_keys_only_while_no_field_has_the_focus(live):
    it = live(html=KEYS)
    it.page.evaluate(COUNT)
    it.page.keyboard.press("b")
    it.page.keyboard.press("n")
    it.page.keyboard.type("b?")
    assert it.page.input_value("#notes") == "b?"
    assert it.page.evaluate("pressed") == ["beep"]


def test_letters_can_be_switched_off_in_the_list_of_keys(live):
    it = live(html=KEYS)
    it.page.keyboard.press("?")
    assert "Hang up" in it.page.inner_text("#keys")
    it.page.uncheck("[data-letters]")
    it.page.keyboard.press("Escape")
    it.page.evaluate(COUNT)
    it.page.keyboard.press("b")
    assert it.page.evaluate("pressed") == []


def test_timers_run_from_the_servers_clock(live):
    html = """<time id="since" data-since="2026-03-10T01:27:46Z"></time>
    <time id="until" data-until="2026-03-10T01:28:48Z"></time>
    <time id="ago" data-ago="2026-03-10T01:20:00Z"></time>
    <time id="at" data-at="2026-03-10T01:30:00Z"></time>"""
    it = live(html=html)
    assert it.page.inner_text("#since").startswith("2:1")
    assert it.page.inner_text("#until").startswith("−1:1")
    assert it.page.get_attribute("#until", "class") == "late"
    assert "10m" in it.page.inner_text("#ago")
    assert it.page.inner_text("#at") == "09:30"
