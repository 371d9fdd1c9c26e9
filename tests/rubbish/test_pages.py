"""Forms and addresses full of rubbish: every page answers, as everybody who may open it."""

from urllib.parse import urlencode
from zlib import crc32

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from elders.models import User
from tests.roles import town
from tests.roles.town import Town
from tests.roles.walk import Stop, stops
from tests.rubbish.words import SENDABLE, TEXTS, calmly

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGES = [stop for stop in stops() if not stop.pattern.startswith(("api/", "telephony/", "readyz"))]
FIELDS = """
    action at call callback category code context disposition elder evidence grid id key language
    lat lon name next note on outcome password pk priority purpose q reason reference request role
    photo seen_by seq service show signature signed spoken stars task text to topic until
    unsigned_why username why worker what words subject number
"""
FORMS = st.dictionaries(st.sampled_from(FIELDS.split()), TEXTS, max_size=6)
FORM = "application/x-www-form-urlencoded"
QUERIES = st.dictionaries(st.sampled_from(FIELDS.split()), SENDABLE, max_size=3)


@pytest.mark.parametrize("who", ["operator", "elder", "worker", "anonymous"])
def test_every_page_answers_whatever_its_form_says(who):
    place = town.build()
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    mine = [page for page in PAGES if _concerns(page, who)]
    assert len(mine) > 10

    for page in mine:
        _throw_at(page, client, place, None if who == "anonymous" else place.users[who])


def _throw_at(page: Stop, client: Client, place: Town, user: User | None) -> None:
    @calmly(10)
    @given(FORMS, QUERIES, SENDABLE, st.booleans())
    def throw(form, query, word, really):
        if user and not _is_signed_in(client):  # the door out works, too
            client.force_login(user)
        path = _path(page, place.subjects, word, really=really)
        if page.method == "GET":
            answer = client.get(path, query)
        else:
            answer = client.post(path, encoded(form), FORM, query_params=query)
        assert answer.status_code < 500, (path, form, query, answer.content[:500])

    throw()


def encoded(form: dict[str, str]) -> str:
    """As a browser sends it; half of a character becomes a question mark."""
    return urlencode(form, errors="replace")


def _is_signed_in(client: Client) -> bool:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return bool(cookie and cookie.value)


def _concerns(page: Stop, who: str) -> bool:
    """The pages of that person, and those of everybody."""
    first = page.pattern.partition("/")[0]
    own = {"operator": "console", "elder": "elder", "worker": "worker"}
    return first == own.get(who) or (first not in own.values() and who in ("anonymous", "operator"))


def _path(page: Stop, subjects: dict[str, str], word: str, *, really: bool) -> str:
    """Mei's, or of whatever the word says."""
    if really:
        return page.path(subjects)
    word = word.replace("/", "_").replace("?", "_").replace("#", "_") or "0"
    number = str(crc32(word.encode()) * 10**9)
    keys = {name: number if name.endswith("_id") else word for name in subjects}
    return page.path(keys | {"how": "reject"})


def test_signing_in_with_rubbish_is_a_refusal(client):
    client.raise_request_exception = False

    @calmly(60)
    @given(TEXTS, TEXTS, TEXTS)
    def throw(username, password, after):
        said = {"username": username, "password": password, "next": after}
        assert client.post("/sign-in/", encoded(said), FORM).status_code == 200

    throw()
