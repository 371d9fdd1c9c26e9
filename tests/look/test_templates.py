"""The frame of every page: renders in both languages, obeys the strict policy, has its icons."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from dispatch import icons

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "dispatch" / "templates").rglob("*.html"))
ICON = re.compile(r"{%-?\s*icon\s+\"([a-z0-9-]+)\"")
INLINE = re.compile(
    r"<script(?![^>]*(\bsrc=|application/json))|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_carries_inline_script_or_style(path):
    assert not INLINE.search(path.read_text("utf-8"))


def test_every_icon_a_template_names_is_in_the_list():
    known = set(icons.listed())
    used = {name for path in TEMPLATES for name in ICON.findall(path.read_text("utf-8"))}
    assert used <= known


def test_of_an_icons_file_its_shapes_are_kept(tmp_path):
    svg = '<svg class="x" width="24">\n  <path d="M1 1" />\n  <path d="M2 2" />\n</svg>'
    (tmp_path / "phone.svg").write_text(svg)
    assert icons.gather(["phone"], tmp_path) == {"phone": '<path d="M1 1"/><path d="M2 2"/>'}


def test_a_file_without_a_drawing_is_refused(tmp_path):
    (tmp_path / "phone.svg").write_text("nothing")
    with pytest.raises(ValueError, match="phone"):
        icons.gather(["phone"], tmp_path)


def test_every_icon_of_the_list_is_drawn_in_place():
    for name in icons.listed():
        html = Template("{% load look %}{% icon name %}").render(Context({"name": name}))
        assert re.fullmatch(r'<svg class="icon" viewBox="0 0 24 24" [^>]*><.+/></svg>', html), name


def drawn(rf, template, language, **context):
    request = rf.get("/sign-in/")
    request.user = AnonymousUser()
    with translation.override(language):
        return render_to_string(template, context, request=request)


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_the_frame_says_its_language_and_the_towns_time(rf, settings, language, lang):
    html = drawn(rf, "dispatch/sign_in.html", language, form=AuthenticationForm(), next="/")
    assert f'<html lang="{lang}"' in html
    assert f'data-time-zone="{settings.TIME_ZONE}"' in html
    assert re.search(r'data-now="\d{4}-\d\d-\d\dT', html)
    assert 'name="csrfmiddlewaretoken"' in html


def test_a_preference_is_taken_from_the_cookie_but_nothing_else(rf):
    request = rf.get("/", HTTP_COOKIE='theme=dark; text="><b>')
    request.user = AnonymousUser()
    html = render_to_string("dispatch/home.html", {"hotline": "12349"}, request=request)
    assert 'data-theme="dark"' in html
    assert "<b>" not in html


def test_the_error_page_is_drawn_without_a_request():
    error = {"code": "server_error", "message": "Something broke", "fields": {"lat": "too large"}}
    html = render_to_string("error.html", {"error": error, "status": 500, "hotline": "12349"})
    assert "Something broke" in html
    assert "tel:12349" in html
    assert "too large" in html


@pytest.mark.parametrize(
    ("language", "name", "letters"), [("en", "Wang Guilan", "WG"), ("zh-hans", "王桂兰", "王")]
)
def test_a_person_is_named_in_the_pages_language(language, name, letters):
    mei = SimpleNamespace(name="Wang Guilan", name_zh="王桂兰")
    with translation.override(language):
        page = Template("{% load look %}{{ p|named }} {{ p|initials }}").render(Context({"p": mei}))
    assert page == f"{name} {letters}"


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        ("+8613912345678", "139 1234 5678", "+86 139 1234 5678"),
        ("+868162223344", "0816 222 3344", "+86 816 222 3344"),
        ("+4930123456", "+49 30 123456", "+49 30 123456"),
        ("+999123456", "+999123456", "+999123456"),
        ("12349", "12349", "12349"),
        ("Mei Chen", "Mei Chen", "Mei Chen"),
        ("", "", ""),
    ],
)
def test_a_number_is_written_as_the_pages_language_writes_it(number, chinese, english):
    for language, shown in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            page = Template("{% load look %}{{ n|spaced }}").render(Context({"n": number}))
        assert page == shown
