"""`make screenshots`: pictures of the running demo.

Those of the README go to `docs/pictures/`; every main page in both languages and themes goes to
`var/pictures/` (`tests/infra/gallery.py`), which is not committed.

Plays a meal and an alarm through the API and a device, photographs the pages in Chromium, and
brings both to their end. `make demo` must be running on the same VAR_DIR.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    Error,
    Page,
    Playwright,
    ViewportSize,
    sync_playwright,
)

from tests.infra import gallery
from tests.infra.browser import QUIET, chromium_path
from tests.infra.process import ROOT

PICTURES = ROOT / "docs" / "pictures"
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var"))
CARD, GALLERY = VAR / "demo.json", VAR / "pictures"
LARGEST = 250_000  # bytes of a picture that is committed
DESK: ViewportSize = {"width": 1216, "height": 760}
TELEPHONE: ViewportSize = {"width": 390, "height": 760}

Json = dict[str, Any]


class Demo:
    """The running demo as its card describes it."""

    def __init__(self, playwright: Playwright, card: Json) -> None:
        self.card, self.base = card, card["base_url"]
        self._as = {
            role: playwright.request.new_context(
                base_url=self.base, extra_http_headers={"Authorization": f"Bearer {token}"}
            )
            for role, token in card["api_token"].items()
        }
        self._nobody = playwright.request.new_context(base_url=self.base)

    def get(self, path: str, role: str) -> Json:
        return _read(self._as[role].get(f"/api/v1/{path}"))

    def act(self, path: str, role: str, **body: object) -> Json:
        return _read(self._as[role].post(f"/api/v1/{path}", data=body))

    def device(self, **said: str | float | bool) -> None:
        _read(self._nobody.get("/positions/osmand/", params=said))

    def emergency(self) -> Json | None:
        """The newest that is open."""
        items = self.get("requests?priority=emergency", "operator")["items"]
        return next((one for one in items if one["state"] not in ("CLOSED", "CANCELLED")), None)


def _read(answer: Any) -> Json:
    if not answer.ok:
        raise SystemExit(f"{answer.url}: {answer.status} {answer.text()[:300]}")
    found: Json = answer.json()
    return found


def until(look: Callable[[], Any], what: str, within_s: float = 60) -> Any:
    """The first answer of `look` that says something."""
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if found := look():
            return found
        time.sleep(0.5)
    raise SystemExit(f"waited {within_s:.0f} s in vain: {what}")


def play(demo: Demo) -> tuple[Json, Json]:
    """Mei has a meal on its way; another elder has pressed her button. Both requests."""
    mei, other = demo.card["elder"], demo.card["other_elder"]
    meal = demo.act("requests", "operator", category="catering", elder=mei["id"])
    offer = until(lambda: _open_offers(demo, meal), "an offer of the meal")[0]
    demo.act(f"offers/{offer['id']}/accept", "operator")
    demo.act(f"assignments/{_visit(demo, meal)}/depart", "operator")
    home, telephone = meal["estimate"], offer["worker"]["phone"].lstrip("+")
    near = {"lat": f"{home['lat'] + 0.0035:.6f}", "lon": f"{home['lon'] - 0.0041:.6f}"}
    demo.device(id=telephone, accuracy="8", **near)
    where = demo.get(f"elders/{other['id']}/location", "operator")
    place = {"lat": f"{where['lat'] + 0.0006:.6f}", "lon": f"{where['lon']:.6f}"}
    demo.device(id=other["device_id"], alarm="sos", accuracy="12", batt="71", **place)
    alarm = until(demo.emergency, "the alarm")
    until(lambda: _open_offers(demo, alarm), "offers")
    return meal, alarm


def _open_offers(demo: Demo, request: Json) -> list[Json]:
    offers = demo.get(f"requests/{request['id']}", "operator")["offers"]
    return [offer for offer in offers if offer["state"] == "made"]


def _visit(demo: Demo, request: Json) -> int:
    visits = demo.get(f"requests/{request['id']}", "operator")["assignments"]
    return int(visits[0]["id"])


def photograph(browser: Browser, demo: Demo, alarm: Json) -> None:
    """An operator's console and the family's page, in English."""
    account = demo.card["accounts"]["operator"]
    with browser.new_context(locale="en", viewport=DESK) as window:
        page = window.new_page()
        page.goto(f"{demo.base}/sign-in/?next=/console/?request={alarm['id']}")
        page.fill("input[name=username]", account["username"])
        page.fill("input[name=password]", account["password"])
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/console/**")
        _take(page, "console")
    with browser.new_context(locale="en", viewport=TELEPHONE) as window:
        page = window.new_page()
        page.goto(demo.card["links"]["track"])
        _take(page, "family")


def _take(page: Page, name: str) -> None:
    page.wait_for_selector("html[data-link=live]")
    page.wait_for_timeout(2500)  # the map draws and settles
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    if (size := file.stat().st_size) > LARGEST:
        raise SystemExit(f"{file}: {size:,} bytes are more than {LARGEST:,}")
    print(f"{file.relative_to(ROOT)}: {size:,} bytes")


def bring_to_an_end(demo: Demo, meal: Json, alarm: Json) -> None:
    """The demo is left without an open request."""
    demo.act(f"requests/{alarm['id']}/close", "operator", disposition="test", reason="pictures")
    for verb in ("arrive", "finish"):
        demo.act(f"assignments/{_visit(demo, meal)}/{verb}", "operator")
    demo.act(f"requests/{meal['id']}/confirm", "operator")


def main() -> int:
    try:
        card = json.loads(CARD.read_text("utf-8"))
    except FileNotFoundError:
        print("There is no demo here. Start it first, in another window: make demo")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        demo = Demo(playwright, card)
        try:
            meal, alarm = play(demo)
        except Error as refused:
            print(f"{card['base_url']} does not answer; is the demo running? {refused.message}")
            return 1
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        try:
            photograph(browser, demo, alarm)
            drawn = gallery.draw(browser, card, alarm, GALLERY)
            print(f"{GALLERY}: {drawn} pictures")
        finally:
            browser.close()
            bring_to_an_end(demo, meal, alarm)
    return 0


if __name__ == "__main__":
    sys.exit(main())
