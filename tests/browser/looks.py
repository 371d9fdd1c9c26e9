"""Pages looked at for everybody: what axe objects to, in both languages and themes, and pictures.

The pictures are kept in `var/snapshots/TEST/`, for whoever wants to see what the tests have seen.
"""

import os
import re
from collections import Counter
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.browser.windows import Window

SNAPSHOTS = Path(__file__).resolve().parents[2] / "var" / "snapshots"
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What is smaller than [a target, letters] may be, in CSS pixels.
SMALL = """([least, letters]) => [...document.querySelectorAll('body *')]
    .filter((node) => node.checkVisibility())
    .filter((node) => {
        const box = node.getBoundingClientRect();
        const pressed = node.matches('button, a[href]');
        const read = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
        return (pressed && Math.min(box.width, box.height) < least)
            || (read && parseFloat(getComputedStyle(node).fontSize) < letters);
    })
    .map((node) => node.outerHTML.slice(0, 90))"""
# Until what moves into the page stands where it stays.
STILL = """() => Promise.all(document.getAnimations()
    .filter((one) => one.playState === 'running')
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => 0)))"""


Found = list[tuple[str, list[str]]]  # what axe objects to → where
Size = tuple[int, int]

_pictures: Counter[Path] = Counter()


def barriers(window: Window, *more: str) -> Found:
    """What axe objects to; the page's scripts and style stand, its policy does not hold axe off."""
    options = {"runOnly": {"type": "tag", "values": [*AA, *more]}}
    found = Axe().run(window.page, options=options).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


def overflows(window: Window) -> bool:
    return bool(window.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def looked_at(
    window: Window, path: str, *more: str, sizes: tuple[Size, Size] = ((390, 844), (1280, 844))
) -> dict[tuple[str, str], Found]:
    """In both languages, each light and dark, on a telephone and on a desk; two are kept."""
    small, large = sizes
    looks = [("zh-hans", "light", small, True), ("en", "dark", large, True)]
    looks += [("zh-hans", "dark", large, False), ("en", "light", small, False)]
    found = {}
    for language, scheme, (width, height), is_kept in looks:
        window.context.add_cookies(
            [{"name": "django_language", "value": language, "url": window.house.base_url}]
        )
        window.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        window.page.set_viewport_size({"width": width, "height": height})
        window.open(path)
        window.page.evaluate(STILL)
        wrong = barriers(window, *more)
        if overflows(window):
            wrong.append(("wider than the screen", []))
        if wrong:
            found[language, scheme] = wrong
        if is_kept:
            _keep(window, path, f"{language}-{scheme}")
    return found


def _keep(window: Window, path: str, look: str) -> None:
    """A picture of what was looked at, numbered in the order of the test."""
    test = os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0]
    folder = SNAPSHOTS / test
    _pictures[folder] += 1
    parts = [part for part in re.split(r"\W+", path) if part and len(part) < 20]  # no link's token
    name = "-".join([f"{_pictures[folder]:02}", *(parts or ["home"]), look])
    window.page.screenshot(path=folder / f"{name}.png")
