"""What several of the browser tests open."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.page import LivePage
from tests.browser.windows import SOON_MS

expect.set_options(timeout=SOON_MS)  # five seconds is wall-clock speed on a busy machine


@pytest.fixture
def live(browser) -> Iterator[Callable[..., LivePage]]:
    """Opens a page with one live region; `inside` makes its contents from how often it is asked."""
    opened: list[LivePage] = []

    def open_page(inside=lambda n: f'<p id="n">{n}</p>', **more):
        opened.append(LivePage(browser, inside, **more))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
