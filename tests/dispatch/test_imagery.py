"""Photographs are small, upright and tell no place; signatures are lines and nothing else."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dispatch import imagery
from dispatch.imagery import NotAPicture


def photo(size=(40, 30), kind="JPEG", **more):
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **more)
    return written.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content))


def with_place(orientation=1):
    facts = Image.Exif()
    facts[0x0112] = orientation
    facts[0x010F] = "A telephone"
    facts.get_ifd(0x8825)[2] = (30.0, 16.0, 26.0)  # GPS latitude
    return photo((40, 30), exif=facts)


def test_neither_the_place_nor_the_telephone_is_kept():
    assert opened(with_place()).getexif().get_ifd(0x8825)
    kept = imagery.shrunk(with_place())
    assert not opened(kept).getexif()
    assert b"A telephone" not in kept


def test_what_is_hidden_behind_a_picture_is_not_kept():
    assert b"secret" not in imagery.shrunk(photo() + b"secret")
    assert b"secret" not in imagery.shrunk(photo(comment=b"secret"))


def test_a_picture_that_was_taken_sideways_stands_upright():
    assert opened(imagery.shrunk(with_place(orientation=6))).size == (30, 40)


def test_a_large_one_is_scaled_and_a_small_one_is_not():
    assert opened(imagery.shrunk(photo((3200, 1000)))).size == (1600, 500)
    assert opened(imagery.shrunk(photo((40, 30)))).size == (40, 30)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_a_jpeg(kind):
    assert opened(imagery.shrunk(photo(kind=kind))).format == "JPEG"


def test_what_is_see_through_becomes_white():
    written = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(imagery.shrunk(written.getvalue())).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "kind"),
        (b"%PDF-1.7", "kind"),
        (b"GIF89a", "kind"),
        (photo()[:100], "kind"),
        (photo((8000, 7000)), "pixels"),
        (bytes(imagery.MOST_BYTES + 1), "size"),
    ],
)
def test_what_is_no_photograph_is_refused_with_its_reason(content, why):
    with pytest.raises(NotAPicture, match=why):
        imagery.shrunk(content)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_rubbish_breaks_nothing(rubbish, at):
    good = photo()
    for content in (rubbish, good[:at] + rubbish + good[at:]):
        with contextlib.suppress(NotAPicture):
            assert opened(imagery.shrunk(content)).format == "JPEG"


def test_strokes_are_a_signature_and_become_a_picture():
    assert imagery.is_signature("M12 30L14 31L600 200M1 1L1 1")
    assert b'd="M12 30L14 31"' in imagery.as_svg("M12 30L14 31")


@pytest.mark.parametrize(
    "strokes",
    [
        *("", "M1 1", "L1 1", "M1 1L2", 'M1 1L2 2"/><script>', "M1 1L2 2\n", "M1111 1L2 2"),
        "M1 1" + "L2 2" * 10_000,
    ],
)
def test_nothing_else_is_a_signature(strokes):
    assert not imagery.is_signature(strokes)
