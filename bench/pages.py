"""How heavy each main page is, and how long until it answers on a slow telephone.

Files as in production: collected, hashed, compressed. Each page is opened with an empty cache by
somebody who is signed in, in Chromium with a quarter of this machine's speed (CPU ÷ 4) and a line
of 1.6 Mbit/s down, 750 kbit/s up, 150 ms (the "slow 4G" of Lighthouse). Counted is what came over
that line, without the map's data (`/basemap.json`), which stands for tiles. "Answers" is the end
of DOMContentLoaded, when every script has run and a press does something. The peer of the time is
the same page without throttling. Goals: below 150 kB, and within a second.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import django
from playwright.sync_api import Browser, BrowserContext, CDPSession

from bench.figures import busy
from tests.infra import house as houses
from tests.infra.browser import chromium
from tests.infra.house import House
from tests.infra.server import manage

TIMES = int(os.environ.get("PAGES_TIMES", "3"))
MOST_KB, MOST_MS = 150, 1000
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
ANSWERS = """() => {
    const opened = performance.getEntriesByType('navigation')[0];
    const painted = performance.getEntriesByName('first-contentful-paint')[0];
    return [opened.domContentLoadedEventEnd, painted?.startTime ?? 0];
}"""
MORE = """
from tests import cast
from providers.models import Provider
cast.ping()
manager = cast.account("manager", name="Manager")
Provider.objects.get(name="Sunrise Kitchen").staff.add(manager)
"""
WHO = {
    "/sign-in/": "",
    "/elder/": "mei",
    "/tv/": "mei",
    "/worker/": "wai",
    "/family/": "ka-ming",
    "/station/": "ping",
    "/provider/": "manager",
    "/console/": "olive",
    "/wall/": "olive",
}


class Line:
    """What came over the line of one window, in bytes, and for which address."""

    def __init__(self, tool: CDPSession) -> None:
        self.addresses: dict[str, str] = {}
        self.took: dict[str, float] = {}
        tool.on("Network.requestWillBeSent", self._asked)
        tool.on("Network.loadingFinished", self._came)
        tool.send("Network.enable")

    def _asked(self, told: dict[str, Any]) -> None:
        self.addresses[told["requestId"]] = told["request"]["url"]

    def _came(self, told: dict[str, Any]) -> None:
        self.took[told["requestId"]] = told["encodedDataLength"]

    @property
    def own_kb(self) -> float:
        own = (size for key, size in self.took.items() if "basemap" not in self.addresses[key])
        return sum(own) / 1000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.browser.windows import people

    with TemporaryDirectory() as folder, chromium() as browser:
        var = Path(folder)
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", **houses.database(var)}
        collect = ("collectstatic", "--no-input", "--skip-checks", "--verbosity", "0")
        manage(*collect, env={**os.environ, **settings})
        with houses.embedded(var) as house:
            who = people(house, scopes='"whereabouts", "requests"')
            house.manage("shell", "--verbosity", "0", "-c", MORE)
            print(busy())
            print(f"{'page':<12}{'own kB':>8}{'answers':>10}{'painted':>10}{'unthrottled':>13}")
            pages = {**WHO, f"/track/{who['track']}/": ""}
            for path, kb, slow, painted, quick in measured(browser, house, pages):
                name = "/track/…/" if path.startswith("/track") else path
                over = "" if kb < MOST_KB and slow < MOST_MS else "  over the goal"
                times = f"{slow:>7.0f} ms{painted:>7.0f} ms{quick:>10.0f} ms"
                print(f"{name:<12}{kb:>8.0f}{times}{over}", flush=True)


def measured(
    browser: Browser, house: House, pages: dict[str, str]
) -> Iterator[tuple[str, float, float, float, float]]:
    """Of each page: kB, ms until it answers, ms until it is painted, the first unthrottled."""
    for path, username in pages.items():
        state = _signed_in(browser, house, username)
        slow = [_open(browser, house, path, state, throttled=True) for _ in range(TIMES)]
        quick = [_open(browser, house, path, state, throttled=False) for _ in range(TIMES)]
        kb, answers, painted = (median(column) for column in zip(*slow, strict=True))
        yield path, kb, answers, painted, median(answer for _, answer, _ in quick)


def _signed_in(browser: Browser, house: House, username: str) -> Any:
    """Cookies alone, so that the window that is measured has an empty cache."""
    if not username:
        return None
    from tests.browser.windows import Window

    window = Window(browser, house).sign_in(username)
    state = window.context.storage_state()
    window.context.close()
    return state


def _open(
    browser: Browser, house: House, path: str, state: Any, *, throttled: bool
) -> tuple[float, float, float]:
    window: BrowserContext = browser.new_context(
        storage_state=state, service_workers="block", viewport={"width": 390, "height": 844}
    )
    page = window.new_page()
    tool = window.new_cdp_session(page)
    line = Line(tool)
    if throttled:
        tool.send("Network.emulateNetworkConditions", SLOW_4G)
        tool.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(house.base_url + path, wait_until="load")
    page.wait_for_timeout(2000)  # what is fetched after it is there
    answers, painted = page.evaluate(ANSWERS)
    window.close()
    return line.own_kb, answers, painted
