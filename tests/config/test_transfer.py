"""What travels to a browser: few files, compressed, each part in its place."""

import gzip
from pathlib import Path

import pytest
import rjsmin
from django.contrib.staticfiles import finders
from django.http import HttpResponse

from config.bundles import BUNDLES
from config.middleware import Zipped
from tests.pages import town


def read(path):
    return Path(finders.find(path)).read_text("utf-8")


SHEETS = [path for path in BUNDLES if path.endswith(".css")]
RULES = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return [...sheet.cssRules].map((rule) => rule.cssText).join("\\n");
}"""


@pytest.mark.parametrize("path", [path for path in BUNDLES if path not in SHEETS])
def test_a_bundle_holds_its_parts_in_their_order(path):
    whole = read(path)
    at = 0
    for part in BUNDLES[path]:
        at = whole.index(rjsmin.jsmin(read(part)).strip(), at)
    assert dict(finders.get_finder("config.bundles.Bundles").list(None)).keys() == BUNDLES.keys()


@pytest.mark.pure
@pytest.mark.parametrize("path", SHEETS)
def test_the_browser_reads_the_same_rules_from_a_bundle_as_from_its_parts(path, browser):
    page = browser.new_page()
    parts = "\n".join(read(part) for part in BUNDLES[path])
    assert ":is(" in parts
    assert "/*" not in read(path)
    assert page.evaluate(RULES, read(path)) == page.evaluate(RULES, parts)
    page.close()


def test_no_sheet_of_a_bundle_names_a_file_that_lies_elsewhere_from_there():
    parts = [part for path, parts in BUNDLES.items() if path.endswith(".css") for part in parts]
    assert parts
    for part in parts:
        text = read(part)
        assert "url(" not in text
        assert "@import" not in text


def test_words_travel_compressed_and_sound_and_parts_do_not(rf):
    body = b"All is well. " * 100

    def answered(kind, status=200):
        zipped = Zipped(lambda _: HttpResponse(body, status=status, content_type=kind))
        return zipped(rf.get("/", headers={"Accept-Encoding": "gzip"}))

    for kind in ("text/html; charset=utf-8", "application/geo+json", "text/javascript"):
        assert answered(kind)["Content-Encoding"] == "gzip"
        assert gzip.decompress(answered(kind).content) == body
    for whole in (answered("audio/wav"), answered("image/png"), answered("text/css", 206)):
        assert whole.content == body


@pytest.mark.django_db
def test_a_page_waits_for_few_files_and_no_map():
    """Leaflet and its sheet are named for the script that fetches them, by nothing that blocks."""
    for path in (town.track(town.mei()), "/sign-in/"):
        head = town.browser().get(path).content.decode().split("</head>")[0]
        assert 'src="/static/vendor/leaflet' not in head
        assert 'href="/static/css/map.css' not in head
        assert head.count("<script") + head.count('rel="stylesheet"') <= 6
