"""What a camera or a finger has made, as it may be kept: small, upright, and telling no more.

A photograph is drawn anew, so that nothing of its file is kept: no place, no time, no name of the
telephone, and nothing hidden behind the picture. A signature is lines, checked letter by letter.
"""

import io
import re

from PIL import Image, ImageOps

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000  # what telephones take; far below a picture made to fill a memory
LONGEST_SIDE = 1600  # pixels: enough to read a label on a box of pills
QUALITY = 80
KINDS = ("JPEG", "PNG", "WEBP")
# A signature: strokes on a field of 600 × 200, as "M12 30L14 31L…M…".
FIELD = (600, 200)
MOST_STROKES = 40_000  # characters
STROKES = re.compile(r"(?:M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})+)+")


class NotAPicture(ValueError):
    """`args[0]` says why: "size", "pixels" or "kind"."""


def shrunk(content: bytes) -> bytes:
    """A photograph (JPEG, PNG or WebP) as a JPEG of LONGEST_SIDE at most; else NotAPicture."""
    if len(content) > MOST_BYTES:
        raise NotAPicture("size")
    try:
        with Image.open(io.BytesIO(content), formats=KINDS) as found:
            if found.width * found.height > MOST_PIXELS:  # its header says so, before it is read
                raise NotAPicture("pixels")
            return _drawn_anew(found)
    except NotAPicture:
        raise
    except Exception as broken:  # whatever a decoder stumbles over, the file is at fault
        raise NotAPicture("kind") from broken


def is_signature(strokes: str) -> bool:
    """Whether these are lines on the field, and nothing else."""
    return len(strokes) <= MOST_STROKES and STROKES.fullmatch(strokes) is not None


def as_svg(strokes: str) -> bytes:
    """The picture of a signature that `is_signature`."""
    wide, high = FIELD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        f'<rect width="{wide}" height="{high}" fill="#fff"/><path d="{strokes}" fill="none"'
        ' stroke="#12303a" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    ).encode()


def _drawn_anew(found: Image.Image) -> bytes:
    found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # first: the rest is done on a small picture
    upright = ImageOps.exif_transpose(found).convert("RGBA")
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
