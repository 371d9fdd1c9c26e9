"""The page of all components: complete, in both themes and languages, and only for who builds."""

import re
from pathlib import Path

import pytest

from tests.pages import town

SHEET = Path(__file__).parents[2] / "dispatch" / "static" / "css" / "components.css"


@pytest.mark.django_db
def test_it_is_there_only_while_one_builds(settings):
    assert town.browser().get("/styleguide/").status_code == 404
    settings.DEBUG = True
    assert town.browser().get("/styleguide/").status_code == 200


@pytest.mark.django_db
def test_every_component_that_the_sheet_names_is_shown_in_each_theme_and_language(settings):
    settings.DEBUG = True
    html = town.browser().get("/styleguide/").content.decode()
    named = re.findall(r"^   \.([a-z-]+) ", SHEET.read_text("utf-8").split("*/")[0], re.MULTILINE)
    assert len(named) > 15
    sheets = html.split("data-scheme=")[1:]
    assert [re.match(r'"(\w+)" lang="([\w-]+)"', one).groups() for one in sheets] == [
        ("light", "zh-Hans"),
        ("dark", "zh-Hans"),
        ("light", "en"),
        ("dark", "en"),
    ]
    for sheet in sheets:
        shown = {word for group in re.findall(r'class="([^"]+)"', sheet) for word in group.split()}
        assert set(named) - shown == set()
    assert "没有" in sheets[0]
