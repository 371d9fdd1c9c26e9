"""The page of the API draws itself under the strict Content-Security-Policy."""

import pytest
from playwright.sync_api import Browser, expect

from tests.infra.house import House


@pytest.mark.browser
@pytest.mark.pure
def test_the_docs_page_draws_itself(house: House, browser: Browser):
    page = browser.new_context().new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{house.base_url}/api/v1/docs")
    expect(page.get_by_text("/api/v1/requests/{request_id}/candidates")).to_be_visible()
    assert complaints == []
