"""A voice for tests: every sentence is half a second of notes that name it, and no other.

What a telephone has heard can so be read from the sound itself. `program(folder)` writes what
SPEECH_COMMAND names; `named(notes)` reads sentences out of what was heard.
"""

import hashlib
import math
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

RATE, FRAME = 8000, 160
STEP = RATE // FRAME
"""Every note is a multiple of this (Hz), so that 20 ms hold whole waves of it."""
HEAD = 48 * STEP
LOW, HIGH = 8, 28
"""A sign of 0 to 15 is a note of the low band and of the high one in turn, so that the same sign
twice is two notes."""
SIGNS, FRAMES = 4, 5
"""Of the frames of a note any one may be lost on the way, and often two."""
MUSIC = 3800
"""Hz, of who waits."""


def code(sentence: str, language: str) -> str:
    """Four hexadecimal digits that name a sentence."""
    return hashlib.sha256(f"{language}\n{sentence}".encode()).hexdigest()[:SIGNS]


def notes(name: str) -> list[int]:
    """The notes (Hz) of a name, each to last for FRAMES times 20 ms."""
    bands = [LOW if place % 2 == 0 else HIGH for place in range(SIGNS)]
    return [HEAD, *((band + int(sign, 16)) * STEP for band, sign in zip(bands, name, strict=True))]


def is_note(pitch: int) -> bool:
    return pitch <= HEAD


def named(heard: Iterable[int | None]) -> Iterator[str]:
    """The names of the sentences that sounded to their end; `heard` is a note every 20 ms.

    A frame that was lost in the middle of a note does not make two of it.
    """
    found: str | None = None
    sounded = (note for note, frames in groupby(heard) if len(list(frames)) >= 2)
    for note, _ in groupby(note for note in sounded if note is not None):
        if note == HEAD:
            found = ""
            continue
        if found is None:
            continue
        sign = note // STEP - (LOW if len(found) % 2 == 0 else HIGH)
        found = f"{found}{sign:x}" if 0 <= sign < 16 else None
        if found is not None and len(found) == SIGNS:
            yield found
            found = None


def speak(sentence: str, language: str) -> bytes:
    """A WAV of it."""
    return _wav([note for note in notes(code(sentence, language)) for _ in range(FRAMES)])


def music(folder: Path) -> None:
    """What waits in `folder` for who waits: one long note."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "note.wav").write_bytes(_wav([MUSIC] * 500))


def _wav(pitches: Iterable[int]) -> bytes:
    """Each note for 20 ms."""
    waves = (
        int(9000 * math.sin(2 * math.pi * pitch * n / RATE))
        for pitch in pitches
        for n in range(FRAME)
    )
    body = b"".join(struct.pack("<h", sample) for sample in waves)
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE * 2, 2, 16)
    head = b"WAVEfmt " + form + b"data" + struct.pack("<I", len(body))
    return b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body


def program(folder: Path) -> str:
    """What SPEECH_COMMAND names: text on standard input, the language as its argument."""
    path = folder / "speak"
    path.write_text(
        f"#!{sys.executable}\nimport runpy\n"
        f"runpy.run_path({str(Path(__file__).resolve())!r}, run_name='__main__')\n"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


if __name__ == "__main__":
    sys.stdout.buffer.write(speak(sys.stdin.read(), sys.argv[1]))
