"""A headless Chromium from the machine, never one that a tool downloads."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.infra.process import Missing

# Without these a browser asks its maker's servers for news, on a machine that may have no network.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A tone for a microphone, so that a telephone in the page has something to say.
    "--use-fake-device-for-media-stream",
]


def chromium_path() -> str:
    """Where Chromium is; raises Missing."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise Missing("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; each `new_context()` in it is a person's own window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()
