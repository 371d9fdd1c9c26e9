"""What the pages let hear, in Chromium: the desk's alarms and their mute, and her page aloud."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.pure]


def test_every_alarm_that_joins_is_heard_once(live):
    counts = iter([0, 1, 1, 2, 2, 2, 2, 2, 2])
    it = live(lambda n: f'<p data-sounds="emergency:{next(counts)}"></p>')
    it.page.evaluate("""window.heard = [];
        document.addEventListener('sounded', (e) => heard.push(e.detail.kind));""")
    it.page.keyboard.press("Shift")
    for _ in range(5):
        it.poke()
        it.settle(750)
    assert it.page.evaluate("heard") == ["emergency", "emergency"]


def test_the_press_that_lets_sound_in_is_itself_done(live):
    # What says that the browser keeps sound back stands above the button, and goes with a touch.
    silence = "<h1 data-sound-blocked hidden>Sound is off</h1>"
    button = '<button hx-post="/yes">Yes</button>'
    it = live(lambda n: f'<div data-ringing="urgent">{silence}{button}</div>')
    it.answers["/yes"] = (204, "text/html", "")
    expect(it.page.locator("h1")).to_be_visible()
    with it.page.expect_request("**/yes"):
        it.page.click("#region button", delay=500)
    expect(it.page.locator("h1")).to_be_hidden()


MUTE = '<button data-mute aria-pressed="false">Mute <span data-mute-left></span></button>'


@pytest.fixture
def desk(live):
    """A page that sounds, with a mute, under a clock of our own; and how often each has sounded."""
    counts = {"emergency": 1, "ringing": ""}

    def inside(n):
        sounds = f'data-sounds="emergency:{counts["emergency"]}"'
        return f'<p id="n" {sounds}{counts["ringing"]}>{n}</p>'

    it = live(inside, html=MUTE)
    it.page.clock.install()
    it.page.add_init_script("""window.heard = [];
        document.addEventListener('sounded', (event) => {
            heard.push(event.detail.kind);
            document.body.dataset.heard = heard.length;
        });""")
    it.page.reload()
    it.linked("live")
    it.page.keyboard.press("Shift")
    sounds(it)
    return it, counts


def sounds(it):
    expect(it.page.locator("body")).to_have_attribute("data-heard", "1")


def becomes(it, counts, **now):
    counts.update(now)
    it.poke()
    shown = it.page.locator("#n")
    expect(shown).to_have_attribute("data-sounds", f"emergency:{counts['emergency']}")
    if counts["ringing"]:
        expect(shown).to_have_attribute("data-ringing", "emergency")


def test_an_alarm_that_joins_while_it_is_muted_is_heard_when_the_minute_is_over(desk):
    it, counts = desk
    it.page.click("[data-mute]")
    becomes(it, counts, emergency=2)
    it.page.clock.run_for(55_000)
    assert it.page.get_attribute("[data-mute]", "aria-pressed") == "true"
    assert it.page.evaluate("heard.length") == 1
    it.page.clock.run_for(6_000)
    assert it.page.get_attribute("[data-mute]", "aria-pressed") == "false"
    assert it.page.evaluate("heard") == ["emergency"] * 2
    it.page.clock.run_for(10_000)
    assert it.page.evaluate("heard.length") == 2, "each is heard once"


def test_who_ends_the_mute_hears_at_once_what_has_joined_meanwhile(desk):
    it, counts = desk
    it.page.click("[data-mute]")
    becomes(it, counts, emergency=2)
    it.page.click("[data-mute]")
    assert it.page.evaluate("heard") == ["emergency"] * 2


def test_an_emergency_that_rings_is_muted_for_a_minute_and_never_longer(desk):
    it, counts = desk
    becomes(it, counts, ringing=' data-ringing="emergency"')
    it.page.clock.run_for(10_000)
    before = it.page.evaluate("heard.length")
    assert before >= 3, "it repeats"
    it.page.click("[data-mute]")
    it.page.clock.set_system_time("2020-01-01")  # somebody sets the machine's clock back
    it.page.clock.run_for(55_000)
    assert it.page.evaluate("heard.length") == before
    it.page.clock.run_for(6_000)
    assert it.page.evaluate("heard.length") == before + 1
    it.page.reload()
    it.page.keyboard.press("Shift")
    it.page.click("[data-mute]")
    it.page.reload()  # nor does it outlive the page
    it.page.keyboard.press("Shift")
    sounds(it)


def test_what_becomes_of_her_wish_is_read_aloud_unless_it_is_muted(live):
    now = {"told": "Order"}

    def inside(n):
        lines = '<li data-sound="/sound/">Read</li><li>by name</li>'
        return f'<p>{now["told"]}</p><ul id="spoken" hidden data-told="{now["told"]}">{lines}</ul>'

    def becomes(told):
        now["told"] = told
        it.poke()
        expect(it.page.locator("#region p")).to_have_text(told)

    tile = '<button data-says="Unwell: a person rings you">U</button>'
    it = live(inside, html=f"<button data-quiet>Q</button><button data-hear>Again</button>{tile}")
    it.page.evaluate("""window.heard = [];
        document.addEventListener('aloud', (e) => heard.push(e.detail));""")
    with it.page.expect_request("**/sound/"):
        becomes("Alarm")
    it.page.click("[data-quiet]")
    assert it.page.get_attribute("[data-quiet]", "aria-pressed") == "true"
    it.page.evaluate("heard.length = 0")
    becomes("Coming")
    assert it.page.evaluate("heard") == []
    with it.page.expect_request("**/sound/"):
        it.page.click("[data-hear]")
    assert it.page.evaluate("heard[0]") == {"text": "Read", "by": "sound"}

    # a choice says what it does when a key comes to it, and not while it is muted
    it.page.keyboard.press("Tab")
    expect(it.page.locator("[data-says]")).to_be_focused()
    assert "Unwell" not in str(it.page.evaluate("heard"))
    it.page.click("[data-quiet]")
    it.page.click("[data-hear]")
    it.page.keyboard.press("Tab")
    assert it.page.evaluate("heard.at(-1).text") == "Unwell: a person rings you"


def test_where_nothing_happens_the_choices_in_view_are_read(live):
    tiles = "".join(
        f'<button data-says="{words}"{hidden}>{words}</button>'
        for words, hidden in (("Meals", ""), ("For the television", " hidden"), ("Repairs", ""))
    )
    it = live(html=f"{tiles}<button data-hear>Hear</button>")
    it.page.evaluate("""() => {
        const heard = document.body.dataset;
        document.addEventListener('aloud', ({ detail }) => {
            heard.heard = `${heard.heard ?? ''} ${detail.text}`;
        });
        speechSynthesis.speak = (words) => words.onend();
    }""")
    it.page.click("[data-hear]")
    expect(it.page.locator("body")).to_have_attribute("data-heard", " Meals Repairs")


def test_a_browser_without_a_voice_says_what_was_spoken_beforehand_without_the_name(live):
    lines = '<li data-sound="/own/">Alarm</li><li data-instead="/instead/">Wai Ho is coming</li>'
    acts = (
        '<menu class="acts"><button data-says="Button: call" data-sound="/call/">C</button></menu>'
    )
    html = f'<ul id="spoken" hidden data-told="x">{lines}</ul>{acts}<button data-hear>Hear</button>'
    it = live(html=html)
    it.page.evaluate("""() => {
        const { dataset } = document.body;
        document.addEventListener('aloud', ({ detail: { text, by } }) => {
            dataset.heard = `${dataset.heard ?? ''}${text} by ${by}. `;
        });
        window.Audio = class {
            constructor(url) { dataset.played = `${dataset.played ?? ''}${url} `; }
            pause() {}
            async play() { this.onended(); }
        };
        speechSynthesis.speak = (words) => words.onend();
        speechSynthesis.getVoices = () => [{ lang: document.body.dataset.voice ?? 'de-DE' }];
    }""")
    body = it.page.locator("body")
    it.page.click("[data-hear]")
    all_sounds = "Alarm by sound. Wai Ho is coming by sound. Button: call by sound. "
    expect(body).to_have_attribute("data-heard", all_sounds)
    expect(body).to_have_attribute("data-played", "/own/ /instead/ /call/ ")
    it.page.evaluate("document.body.dataset.voice = 'en-GB'")
    it.page.click("[data-hear]")
    and_by_name = "Alarm by sound. Wai Ho is coming by voice. Button: call by sound. "
    expect(body).to_have_attribute("data-heard", all_sounds + and_by_name)
