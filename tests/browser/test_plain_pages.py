"""The pages that stand behind the others: errors, and every component side by side."""

import pytest

from tests.browser.looks import looked_at
from tests.browser.windows import Window, people
from tests.infra import house as houses

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.pure]


def test_a_page_that_is_not_there_is_for_everybody(house, browser):
    window = Window(browser, house, bypass_csp=True)
    assert looked_at(window, "/nowhere/") == {}
    window.close()


def test_the_design_system_is_for_everybody(tmp_path, browser):
    with houses.embedded(tmp_path, env={"DEBUG": "1"}) as house:
        people(house)
        window = Window(browser, house, bypass_csp=True).sign_in("olive")
        assert looked_at(window, "/styleguide/") == {}
        window.close()
