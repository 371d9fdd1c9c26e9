"""Every main page of the running demo, in each language and theme, to be looked at."""

from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, ViewportSize, expect

LANGUAGES = ("zh-hans", "en")
THEMES = ("light", "dark")
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
SCREEN: ViewportSize = {"width": 1280, "height": 720}
BOARD: ViewportSize = {"width": 1920, "height": 1080}


class Scene(NamedTuple):
    """A page as one role sees it; without a role nobody is signed in."""

    name: str
    path: str
    role: str
    size: ViewportSize


def scenes(card: dict[str, Any], alarm: dict[str, Any]) -> list[Scene]:
    """What there is to see while a meal is on its way and an alarm is open."""
    track = card["links"]["track"].removeprefix(card["base_url"])
    return [
        Scene("home", "/", "", DESK),
        Scene("sign-in", "/sign-in/", "", TELEPHONE),
        Scene("no-line", "/no-line/", "", TELEPHONE),
        Scene("phone", "/phone/", "", DESK),
        Scene("track", track, "", TELEPHONE),
        Scene("family", "/family/", "family", TELEPHONE),
        Scene("zones", f"/zones/elders/{card['elder']['id']}/", "family", TELEPHONE),
        Scene("elder", "/elder/", "elder", TELEPHONE),
        Scene("elder-tablet", "/elder/", "elder", SCREEN),
        Scene("elder-home", "/elder/?ask=home", "elder", TELEPHONE),
        Scene("elder-sharing", "/elder/sharing/", "elder", TELEPHONE),
        Scene("tv", "/tv/", "elder", SCREEN),
        Scene("worker", "/worker/", "worker", TELEPHONE),
        Scene("station", "/station/", "station", SCREEN),
        Scene("station-register", "/station/register/", "station", SCREEN),
        Scene("provider", "/provider/", "provider", DESK),
        Scene("provider-workers", "/provider/workers/", "provider", DESK),
        Scene("provider-services", "/provider/services/", "provider", DESK),
        Scene("console", f"/console/?request={alarm['id']}", "operator", BOARD),
        Scene("console-small", f"/console/?request={alarm['id']}", "operator", DESK),
        Scene("request", f"/console/requests/{alarm['id']}/", "operator", DESK),
        Scene("callbacks", "/console/callbacks/", "operator", DESK),
        Scene("devices", "/console/devices/", "operator", DESK),
        Scene("wall", "/wall/", "operator", BOARD),
    ]


def draw(browser: Browser, card: dict[str, Any], alarm: dict[str, Any], folder: Path) -> int:
    """Draws all of them into `folder` as name-language-theme.png; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    found = scenes(card, alarm)
    keys = {role: _signed_in(browser, card, role) for role in {one.role for one in found}}
    drawn = 0
    for language in LANGUAGES:
        for theme in THEMES:
            for scene in found:
                file = folder / f"{scene.name}-{language}-{theme}.png"
                _draw(browser, card["base_url"], scene, keys[scene.role], language, theme, file)
                drawn += 1
    return drawn


def _signed_in(browser: Browser, card: dict[str, Any], role: str) -> Any:
    if not role:
        return None
    account = card["accounts"][role]
    with browser.new_context() as window:
        page = window.new_page()
        page.goto(f"{card['base_url']}/sign-in/")
        page.fill("input[name=username]", account["username"])
        page.fill("input[name=password]", account["password"])
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return window.storage_state()


def _draw(
    browser: Browser, base: str, scene: Scene, keys: Any, language: str, theme: str, file: Path
) -> None:
    with browser.new_context(
        storage_state=keys, viewport=scene.size, locale=language, service_workers="block"
    ) as window:
        window.add_cookies(
            [
                {"name": "django_language", "value": language, "url": base},
                {"name": "theme", "value": theme, "url": base},
            ]
        )
        page = window.new_page()
        page.goto(base + scene.path)
        undrawn = page.locator("[data-basemap]:not([data-ready])")
        expect(undrawn).to_have_count(0, timeout=30_000)
        page.wait_for_timeout(1500)  # regions are fetched, and a map follows its pins
        page.screenshot(path=file, animations="disabled")
