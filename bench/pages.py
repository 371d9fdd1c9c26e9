"""How heavy each main page is, and how long until it answers on a telephone.

Files as in production: collected, hashed, compressed. Each page is opened with an empty cache by
somebody who is signed in, in Chromium with a line of 1.6 Mbit/s down, 750 kbit/s up, 150 ms (the
"slow 4G" of Lighthouse), and slowed down to a telephone of the middle tier and of the lowest: what
this machine is worth is measured first as Lighthouse does (BenchmarkIndex), and Chrome's presets
for the two tiers are 1000 and 264. Counted is what came over that line, without the map's data
(`/basemap.json`), which stands for tiles. "Answers" is the end of DOMContentLoaded, when every
script has run and a press does something: best and median of five. Beside it stands what the page
took of its main thread's processor until it stood there, which is the page's own and no
neighbour's: at a tier's speed, index / tier times as much. The peer of the time is the same page
without any throttling. Goals: below 150 kB, and within a second on the middle tier.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import django
from playwright.sync_api import Browser, BrowserContext, CDPSession

from bench.figures import busy
from tests.infra import house as houses
from tests.infra.browser import chromium
from tests.infra.house import House
from tests.infra.server import manage

TIMES = int(os.environ.get("PAGES_TIMES", "5"))
MOST_KB, MOST_MS = 150, 1000
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
TIERS = {"middle tier": 1000, "lowest tier": 264}
INDEX = """() => {
    const rounds = (turn) => {
        const began = performance.now();
        let count = 0;
        for (; performance.now() - began < 500; count += 1) turn(count);
        return count * 100 / (performance.now() - began); // in tenths a second
    };
    const lists = [0, 1].map(() => Array.from({ length: 100_000 }, (_, n) => n));
    const copy = (n) => { const [a, b] = n % 2 ? lists : [lists[1], lists[0]];
        for (let i = 0; i < a.length; i += 1) b[i] = a[i]; };
    const grow = () => { let words = ""; for (let i = 0; i < 10_000; i += 1) words += "a";
        if (words.length === 1) throw words; };
    return (rounds(grow) + rounds(copy)) / 2;
}"""
ANSWERS = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
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


class Opening(NamedTuple):
    """Of one opening: kB over the line, ms until it answered, ms of the main thread till loaded."""

    own_kb: float
    answers_ms: float
    thread_ms: float


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
            worth = _index(browser)
            print(busy(), f"index {worth:.0f}")
            print(f"{'page':<12}{'own kB':>8}{'thread':>10}", end="")
            print("".join(f"{name:>20}" for name in (*TIERS, "unthrottled")))
            pages = {**WHO, f"/track/{who['track']}/": ""}
            for path, opened in measured(browser, house, pages, worth):
                name = "/track/…/" if path.startswith("/track") else path
                print(f"{name:<12}{_row(opened)}", flush=True)


def _row(opened: list[list[Opening]]) -> str:
    """Of one page: the openings on each tier, and without throttling."""
    times = [[one.answers_ms for one in openings] for openings in opened]
    kb = median(one.own_kb for openings in opened for one in openings)
    thread = median(one.thread_ms for one in opened[-1])
    over = "" if kb < MOST_KB and median(times[0]) < MOST_MS else "  over the goal"
    words = "".join(f"{min(took):>9.0f} / {median(took):>5.0f} ms" for took in times)
    return f"{kb:>8.0f}{thread:>7.0f} ms{words}{over}"


def _index(browser: Browser) -> float:
    """What this machine is worth at this moment: the median of five."""
    page = browser.new_page()
    found = median(float(page.evaluate(INDEX)) for _ in range(5))
    page.close()
    return found


def measured(
    browser: Browser, house: House, pages: dict[str, str], worth: float
) -> Iterator[tuple[str, list[list[Opening]]]]:
    """Of each page: its openings on each tier, and without throttling."""
    rates = (*(max(1.0, worth / tier) for tier in TIERS.values()), None)
    for path, username in pages.items():
        state = _signed_in(browser, house, username)
        yield (
            path,
            [[_open(browser, house, path, state, rate) for _ in range(TIMES)] for rate in rates],
        )


def _signed_in(browser: Browser, house: House, username: str) -> Any:
    """Cookies alone, so that the window that is measured has an empty cache."""
    if not username:
        return None
    from tests.browser.windows import Window

    window = Window(browser, house).sign_in(username)
    state = window.context.storage_state()
    window.context.close()
    return state


def _open(browser: Browser, house: House, path: str, state: Any, rate: float | None) -> Opening:
    """`rate` is how much slower than this machine, None for its own speed and line."""
    window: BrowserContext = browser.new_context(
        storage_state=state, service_workers="block", viewport={"width": 390, "height": 844}
    )
    page = window.new_page()
    tool = window.new_cdp_session(page)
    line = Line(tool)
    tool.send("Performance.enable", {"timeDomain": "threadTicks"})
    if rate is not None:
        tool.send("Network.emulateNetworkConditions", SLOW_4G)
        tool.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.goto(house.base_url + path, wait_until="load")
    told = tool.send("Performance.getMetrics")["metrics"]
    thread_s = next(float(one["value"]) for one in told if one["name"] == "TaskDuration")
    page.wait_for_timeout(2000)  # what is fetched after it is there
    answers = float(page.evaluate(ANSWERS))
    window.close()
    return Opening(line.own_kb, answers, thread_s * 1000)
