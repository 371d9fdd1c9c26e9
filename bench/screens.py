"""From an act to the screens: how long until console and family's page show a step of a visit.

Measured in Chromium on a running house (SQLite, embedded), from the moment the act is sent to the
moment the words stand in the page: the act's own commit, the poke, the round of the bus (at most
620 ms) and the fetch are all in it. The peer is a page that asks once a second, which is what the
field does; half its second is waiting. Goal: every step within a second.
"""

import json
import os
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from playwright.sync_api import Page

from bench.figures import row
from tests.infra import house as houses
from tests.infra.browser import chromium
from tests.infra.house import House

VISITS = int(os.environ.get("SCREENS_VISITS", "10"))
STEPS = (
    ("accept", "Accepted", "Help is coming"),
    ("depart", "On the way", "on the way"),
    ("arrive", "Arrived", "is with Mei Chen"),
    ("finish", "To confirm", "The visit is finished"),
)
WATCH = """([selector, words]) => {
    const there = () => document.querySelector(selector)?.innerText.includes(words);
    window.seen = new Promise((done) => {
        const look = () => there() && (watching.disconnect(), done(Date.now()));
        const watching = new MutationObserver(look);
        watching.observe(document, {subtree: true, childList: true, characterData: true});
        look();
    });
}"""
POLL = """([path, words]) => {
    window.polled = new Promise((done) => {
        const asking = setInterval(async () => {
            const text = await (await fetch(path)).text();
            if (text.includes(words)) { clearInterval(asking); done(Date.now()); }
        }, 1000);
    });
}"""


def main() -> None:
    # The cast of the tests is needed, and with it models; the house has settings of its own.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.browser.windows import Window, people

    with TemporaryDirectory() as var, chromium() as browser, houses.embedded(Path(var)) as house:
        who = people(house)
        olive = Window(browser, house, width=1600, height=900).sign_in("olive").open("/console/")
        family = Window(browser, house).open(f"/track/{who['track']}/")
        peer = Window(browser, house).sign_in("olive").open("/console/")
        desk: list[float] = []
        kin: list[float] = []
        polled: list[float] = []
        for _ in range(VISITS):
            visit = _ask(house, who, "requests", {"category": "catering", "elder": who["mei"]})
            request = f"requests/{visit['id']}"
            olive.sees("#board tbody tr", "Asking")
            for verb, board, track in STEPS:
                olive.page.evaluate(WATCH, ["#board", board])
                family.page.evaluate(WATCH, ["#watch", track])
                peer.page.evaluate(POLL, ["/console/board/", board])
                time.sleep((len(polled) * 0.137) % 1)  # a poll's phase is chance
                began = time.time() * 1000
                _step(house, who, request, verb)
                desk.append(_when(olive.page) - began)
                kin.append(_when(family.page) - began)
                polled.append(float(peer.page.evaluate("window.polled")) - began)
            _ask(house, who, f"{request}/close", {"disposition": "met", "reason": "bench"})
            olive.sees("#board", "Nothing is open here")
        print(row("a step on the console", desk, polled))
        print(row("a step on the family's page", kin, polled))
        late = sum(took > 1000 for took in [*desk, *kin])
        print(f"later than a second: {late} of {len(desk) + len(kin)}")


def _when(page: Page) -> float:
    return float(page.evaluate("window.seen"))


def _step(house: House, who: dict[str, Any], request: str, verb: str) -> None:
    shown = _ask(house, who, request)
    if verb == "accept":
        path = f"offers/{shown['offers'][0]['id']}/accept"
    else:
        path = f"assignments/{shown['assignments'][0]['id']}/{verb}"
    _ask(house, who, path, {})


def _ask(house: House, who: dict[str, Any], path: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        f"{house.base_url}/api/v1/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {who['token']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
