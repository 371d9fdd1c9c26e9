"""What may stand on a device: which pages, whose they are, and what signing out takes away."""

import re

import pytest

from tests import cast
from tests.pages import town

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "name", "short"),
    [
        ("en", "One Number · My visits", "My visits"),
        ("zh-hans", "一号通 · 我的上门任务", "我的上门任务"),
    ],
)
def test_a_page_can_be_put_on_the_first_screen(language, name, short):
    said = town.browser(language=language).get("/manifest/worker/").json()
    assert (said["name"], said["short_name"], said["start_url"]) == (name, short, "/worker/")
    assert said["display"] == "standalone"
    assert {"any", "192x192", "512x512"} == {icon["sizes"] for icon in said["icons"]}
    assert town.browser().get("/manifest/console/").status_code == 404


def test_the_service_worker_carries_its_version_and_is_never_cached():
    answer = town.browser().get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-store" in answer["Cache-Control"]
    assert b"@version@" not in answer.content
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_only_pages_of_elder_worker_and_family_may_be_kept_and_say_whose_they_are(mei, wai):
    kin = cast.ka_ming(mei, "requests")
    kept = {
        "/elder/": (mei.user, 0),
        "/elder/now/": (mei.user, 0),
        "/tv/": (mei.user, 0),
        "/worker/": (wai.user, 43_200),
        "/family/": (kin, 7_200),
    }
    for path, (user, seconds) in kept.items():
        assert town.browser(user).get(path)["Shell-Keep"] == f"{user.pk} {seconds}", path
    never = {
        cast.olive(): ("/console/", "/console/board/", "/wall/"),
        cast.ping(): ("/station/",),
        mei.user: ("/elder/sharing/", "/"),
        None: (town.track(mei), "/sign-in/", "/phone/"),
    }
    for user, paths in never.items():
        for path in paths:
            assert "Shell-Keep" not in town.browser(user).get(path), path


def test_signing_out_has_the_browser_throw_away_what_it_kept(wai):
    answer = town.browser(wai.user).post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"storage"'


def test_a_device_that_holds_no_page_names_the_number_in_both_languages(settings):
    page = town.browser().get("/no-line/").content.decode()
    assert f"tel:{settings.HOTLINE_NUMBER}" in page
    assert re.search(r'<p lang="en">\s*<b>No connection</b>', page)
    assert "<h1>" in page
