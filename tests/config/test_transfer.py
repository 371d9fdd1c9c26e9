"""What travels to a browser: few files, compressed, each part in its place."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from config.bundles import BUNDLES
from tests.pages import town


def read(path):
    return Path(finders.find(path)).read_text("utf-8")


@pytest.mark.parametrize("path", BUNDLES)
def test_a_bundle_holds_its_parts_in_their_order(path):
    whole = read(path)
    at = 0
    for part in BUNDLES[path]:
        at = whole.index(read(part), at)
    assert dict(finders.get_finder("config.bundles.Bundles").list(None)).keys() == BUNDLES.keys()


def test_no_sheet_of_a_bundle_names_a_file_that_lies_elsewhere_from_there():
    parts = [part for path, parts in BUNDLES.items() if path.endswith(".css") for part in parts]
    assert parts
    for part in parts:
        text = read(part)
        assert "url(" not in text
        assert "@import" not in text


def test_words_travel_compressed_and_sound_does_not():
    browser = Client(headers={"Accept-Encoding": "gzip"})
    page = browser.get("/sign-in/")
    assert page["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(page.content)
    script = browser.get("/static/bundle/house.js")
    assert script["Content-Encoding"] == "gzip"
    picture = browser.get("/static/icon-192.png")
    assert picture.status_code == 200
    assert "Content-Encoding" not in picture


@pytest.mark.django_db
def test_a_page_waits_for_few_files_and_no_map():
    """Leaflet and its sheet are named for the script that fetches them, by nothing that blocks."""
    for path in (town.track(town.mei()), "/sign-in/"):
        head = town.browser().get(path).content.decode().split("</head>")[0]
        assert 'src="/static/vendor/leaflet' not in head
        assert 'href="/static/css/map.css' not in head
        assert head.count("<script") + head.count('rel="stylesheet"') <= 6
