"""The operator's telephone in Chromium: the one interface, each network behind it scripted.

The page and its server are inside the browser; a network is a small class of the vendor's shape
that does what that vendor's library does.
"""

import json

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.desk import ring, staffed
from tests.browser.page import POLICY, SITE, STATIC
from tests.browser.windows import SOON_MS, Window

pytestmark = [pytest.mark.browser, pytest.mark.pure]

PARTS = "off ready failed blocked held lost out"
PAGE = (
    '<!doctype html><html lang="en"><head><script src="/static/vendor/htmx.min.js"></script>'
    '<script src="/static/js/keys.js" defer></script>'
    '<script src="/static/js/softphone.js" defer></script></head><body>'
    '<span data-softphone="/console/softphone/" data-state="off">'
    + "".join(f'<span data-when="{state}">{state}</span>' for state in PARTS.split())
    + '<span data-when="talking held lost">talking</span>'
    '<button data-when="ringing" data-phone="answer" data-key="F2">Answer</button>'
    '<button data-when="talking held lost" data-phone="mute" aria-pressed="false">Mute</button>'
    '<button data-when="out" hx-post="/console/softphone/ring/" hx-swap="none">Again</button>'
    "<audio></audio></span>"
    '<button id="take" data-key="F2" hx-post="/console/calls/7/take/" hx-swap="none">Take</button>'
    '<button id="end" hx-post="/console/calls/7/hang-up/" hx-swap="none">Hang up</button>'
    "</body></html>"
)
# As JsSIP and Twilio's SDK behave towards us: what they are asked, and what they tell.
JSSIP = """
class Heard {
  constructor() { this.acts = {}; window.asked = window.asked ?? []; }
  on(name, act) { (this.acts[name] ??= []).push(act); return this; }
  tell(name, facts = {}) { for (const act of this.acts[name] ?? []) act(facts); }
}
class Session extends Heard {
  answer() { asked.push("answer"); this.up = true; this.tell("confirmed"); }
  terminate(how) { asked.push(how ? "busy" : "terminate"); this.up = false; this.tell("ended"); }
  isEnded() { return !this.up; }
  isEstablished() { return this.up; }
  mute() { asked.push("mute"); }
  unmute() { asked.push("unmute"); }
}
window.JsSIP = {
  WebSocketInterface: class { constructor(url) { this.url = url; } },
  UA: class extends Heard {
    constructor(facts) { super(); window.agent = this; this.facts = facts; }
    start() { asked.push(this.facts.uri); this.tell("registered"); }
    rings() {
      this.session = new Session();
      this.tell("newRTCSession", { session: this.session, originator: "remote" });
      return this.session;
    }
  },
};
"""
TWILIO = """
class Heard {
  constructor() { this.acts = {}; window.asked = window.asked ?? []; }
  on(name, act) { (this.acts[name] ??= []).push(act); return this; }
  tell(name, facts = {}) { for (const act of this.acts[name] ?? []) act(facts); }
}
class Incoming extends Heard {
  accept() { asked.push("answer"); this.tell("accept"); }
  disconnect() { asked.push("terminate"); this.tell("disconnect"); }
  reject() { asked.push("busy"); }
  mute(on) { asked.push(on ? "mute" : "unmute"); }
}
window.Twilio = { Device: class extends Heard {
  constructor(token) { super(); window.agent = this; this.token = token; }
  async register() { asked.push(this.token); this.tell("registered"); }
  updateToken(token) { asked.push(token); }
  rings() {
    this.session = new Incoming();
    this.tell("incoming", this.session);
    return this.session;
  }
} };
"""
NETWORKS = {
    "sip": (
        {"kind": "sip", "url": "wss://pbx.test/ws", "uri": "sip:op-7@pbx", "user": "op-7"},
        "jssip",
        JSSIP,
        ("agent.tell('disconnected')", "agent.tell('registered')"),
    ),
    "twilio": (
        {"kind": "twilio", "token": "a token"},
        "twilio",
        TWILIO,
        ("agent.session.tell('reconnecting')", "agent.session.tell('reconnected')"),
    ),
}


class Desk:
    """One console with one telephone."""

    def __init__(self, browser: Browser, facts: dict, vendor: str = "", script: str = "") -> None:
        self.facts, self.in_call, self.posted = facts, False, list[str]()
        self.vendor, self.script = vendor, script
        self.errors: list[str] = []
        # A microphone is asked for on a page of localhost only, and Chromium's own fake one serves.
        self.context = browser.new_context(permissions=["microphone"])
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("**/*", self._answer)

    def open(self):
        self.page.goto(f"{SITE.replace('house.test', 'localhost')}/")
        return self

    def shows(self, state):
        expect(self.page.locator(f"[data-softphone][data-state={state}]")).to_be_attached()

    def asked(self):
        return self.page.evaluate("window.asked")

    def _answer(self, route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        body, kind = "", "text/html"
        if path == "/":
            body = PAGE
        elif path == "/console/softphone/":
            body = json.dumps({"telephones": [self.facts], "in_call": self.in_call})
            kind = "application/json"
        elif route.request.method == "POST":
            self.posted.append(path)
        elif path == f"/static/vendor/{self.vendor}.min.js":
            body, kind = self.script, "text/javascript"
        elif path.startswith("/static/"):
            body, kind = (STATIC / path.removeprefix("/static/")).read_text(), "text/javascript"
        headers = {"Content-Security-Policy": POLICY, "Content-Type": kind}
        route.fulfill(status=200, headers=headers, body=body)

    def close(self):
        self.context.close()
        assert not self.errors


@pytest.fixture
def desk(browser):
    opened = []

    def make(*args):
        opened.append(Desk(browser, *args))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(params=NETWORKS)
def phone(request, desk):
    """A desk on a network, with what its socket does when it is lost and when it is back."""
    facts, vendor, script, socket = NETWORKS[request.param]
    it = desk(facts, vendor, script)
    it.lose, it.find = socket
    return it


def test_on_the_simulator_the_console_stands_for_the_telephone(desk):
    it = desk({"kind": "simulator"}).open()
    it.shows("ready")
    it.page.click("#take")
    it.shows("talking")
    it.page.click("[data-phone=mute]")
    expect(it.page.locator("[data-phone=mute]")).to_have_attribute("aria-pressed", "true")
    it.page.click("#end")
    it.shows("ready")


def test_on_the_simulator_a_reload_in_mid_call_is_still_the_call(desk):
    it = desk({"kind": "simulator"})
    it.in_call = True
    it.open().shows("talking")


def test_what_was_taken_is_answered_as_soon_as_it_rings(phone):
    phone.open().shows("ready")
    phone.page.click("#take")
    phone.page.evaluate("agent.rings()")
    phone.shows("talking")
    assert phone.asked()[-1] == "answer"


def test_what_nobody_took_here_rings_and_f2_answers_it(phone):
    phone.open().shows("ready")
    phone.page.evaluate("agent.rings()")
    phone.shows("ringing")
    phone.page.keyboard.press("F2")
    phone.shows("talking")
    assert phone.posted == []  # it answered, and took no other call


def test_a_lost_socket_in_mid_call_ends_nothing_and_is_said(phone):
    phone.open().shows("ready")
    phone.page.click("#take")
    phone.page.evaluate("agent.rings()")
    phone.page.evaluate(phone.lose)
    phone.shows("lost")
    assert "terminate" not in phone.asked()
    phone.page.evaluate(phone.find)
    phone.shows("talking")


def test_a_telephone_that_left_the_call_says_so_and_is_rung_again(phone):
    phone.open().shows("ready")
    phone.page.click("#take")
    phone.page.evaluate("agent.rings()")
    phone.in_call = True
    phone.page.evaluate("agent.session.tell(agent.session.disconnect ? 'disconnect' : 'ended')")
    phone.shows("out")
    phone.page.click("text=Again")
    phone.page.evaluate("agent.rings()")
    phone.shows("talking")
    assert phone.posted[-1] == "/console/softphone/ring/"


def test_muting_and_a_second_ringing_in_mid_call(phone):
    phone.open().shows("ready")
    phone.page.click("#take")
    phone.page.evaluate("agent.rings()")
    phone.page.click("[data-phone=mute]")
    assert phone.asked()[-1] == "mute"
    phone.page.evaluate("agent.rings()")
    assert phone.asked()[-1] == "busy"
    phone.shows("talking")


def test_without_a_socket_it_is_not_ready_and_comes_back_by_itself(phone):
    phone.open().shows("ready")
    phone.page.evaluate(
        "agent.tell(agent.updateToken ? 'unregistered' : 'disconnected')",
    )
    phone.shows("off")
    phone.page.evaluate("agent.tell('registered')")
    phone.shows("ready")


def test_a_token_that_runs_out_is_renewed(desk):
    facts, vendor, script, _ = NETWORKS["twilio"]
    it = desk(facts, vendor, script).open()
    it.shows("ready")
    it.facts = {"kind": "twilio", "token": "another token"}
    it.page.evaluate("agent.tell('tokenWillExpire')")
    it.page.wait_for_timeout(300)
    assert it.asked()[-1] == "another token"


def test_without_a_microphone_it_says_so(browser, desk):
    facts, vendor, script, _ = NETWORKS["sip"]
    it = desk(facts, vendor, script)
    it.context.clear_permissions()
    it.page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw Error() }")
    it.open().shows("blocked")


@pytest.mark.parametrize(
    ("network", "name"), [("sip", "JsSIP.UA"), ("twilio", "Twilio.Device")], ids=["sip", "twilio"]
)
def test_the_vendors_own_file_runs_under_the_strict_policy(desk, network, name):
    facts, vendor, _script, _socket = NETWORKS[network]
    real = (STATIC / "vendor" / f"{vendor}.min.js").read_text("utf-8")
    it = desk(facts, vendor, real).open()
    expect(it.page.locator("[data-softphone]")).not_to_have_attribute("data-state", "ready")
    it.page.wait_for_timeout(500)
    assert it.page.evaluate(f"typeof {name}") == "function"


@pytest.mark.slow
def test_on_the_console_f2_takes_the_call_and_the_telephone_with_it(browser, house):
    staffed(house)
    olive = Window(browser, house, width=1600, height=900)
    try:
        olive.sign_in("olive").open("/console/").lives()
        telephone = olive.at("#softphone")
        expect(telephone).to_have_attribute("data-state", "ready", timeout=SOON_MS)
        ring(house)
        olive.sees("#queue .ring", "Mei Chen")
        olive.page.keyboard.press("F2")
        olive.sees("#caller .who .name", "Mei Chen")
        expect(telephone).to_have_attribute("data-state", "talking", timeout=SOON_MS)
        olive.page.reload()
        expect(telephone).to_have_attribute("data-state", "talking", timeout=SOON_MS)
        olive.page.keyboard.press("F9")
        olive.page.keyboard.press("F9")
        expect(telephone).to_have_attribute("data-state", "ready", timeout=SOON_MS)
    finally:
        olive.close()
