"""Sentences as sound: one file a sentence, named by its words and its language.

A file in `recorded/` is a person's or a better voice's, dropped in by the town, and wins over the
spoken one. What nobody has recorded is spoken by SPEECH_COMMAND, once, and kept in `spoken/`.
"""

import hashlib
import logging
import math
import re
import struct
import subprocess
import wave
from pathlib import Path
from uuid import uuid4

from django.conf import settings

log = logging.getLogger(__name__)

RATE = 8000
SPEAKING_S = 20.0
_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+")
_LONG_NUMBER = re.compile(r"\d{4,}")


def sentences(text: str) -> list[str]:
    """The parts that are spoken and kept separately, so that a name costs one of them."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def name_of(sentence: str, language: str) -> str:
    """What its file is called."""
    return hashlib.sha256(f"{language}\n{sentence}".encode()).hexdigest()[:24]


def kept(sentence: str, language: str) -> Path | None:
    """Its sound if there is one: a person's, else what the machine has spoken."""
    return found(name_of(sentence, language))


def found(name: str) -> Path | None:
    """The sound of that name."""
    folders = (Path(settings.PROMPTS_DIR) / folder for folder in ("recorded", "spoken"))
    paths = (folder / f"{name}.wav" for folder in folders)
    return next((path for path in paths if path.exists()), None)


def file_of(sentence: str, language: str) -> Path | None:
    """Its sound, spoken now if nobody has; None when it cannot be spoken: the call goes on."""
    if path := kept(sentence, language):
        return path
    name = f"{name_of(sentence, language)}.wav"
    try:
        return _speak(sentence, language, Path(settings.PROMPTS_DIR) / "spoken" / name)
    except (OSError, subprocess.SubprocessError):
        log.exception("A sentence could not be spoken")
        return None


def words(sentence: str) -> str:
    """What the voice is given: a telephone number is read digit by digit."""
    return _LONG_NUMBER.sub(lambda number: " ".join(number[0]), sentence)


def _speak(sentence: str, language: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    spoken = subprocess.run(  # noqa: S603  the program is a setting of the town's
        [settings.SPEECH_COMMAND, language],
        input=words(sentence).encode(),
        capture_output=True,
        timeout=SPEAKING_S,
        check=True,
    ).stdout
    if len(spoken) < 100:
        raise subprocess.SubprocessError("the voice said nothing")
    draft = path.with_suffix(f".{uuid4().hex[:8]}")
    draft.write_bytes(_mended(spoken))
    return draft.replace(path)


def _mended(spoken: bytes) -> bytes:
    """Programs that write to a pipe leave the lengths in a WAV's head open; Asterisk wants them."""
    at = spoken.find(b"data")
    body = spoken[at + 8 :]
    head = spoken[:4] + struct.pack("<I", at + len(body)) + spoken[8 : at + 4]
    return head + struct.pack("<I", len(body)) + body


def seconds(path: Path) -> float:
    """How long a sound of 8 kHz, 16 bits, one channel takes."""
    return max(0, path.stat().st_size - 44) / (RATE * 2)


def waiting_music() -> Path:
    """What a waiting caller hears, made here: two soft notes, then quiet. A town puts its own
    files beside it, or instead."""
    path = Path(settings.PROMPTS_DIR) / "waiting" / "notes.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not any(path.parent.iterdir()):
        _play(path, 392.0, 523.3, 0.0, 0.0)
    return path


def tone() -> Path:
    """After which somebody speaks a message; a file of the town's in its place wins."""
    path = Path(settings.PROMPTS_DIR) / "tone.wav"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _play(path, 880.0)
    return path


def _play(path: Path, *notes: float) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(b"".join(map(_note, notes)))


def _note(pitch: float) -> bytes:
    """One second that fades."""
    samples = (
        int(5000 * math.exp(-3 * n / RATE) * math.sin(2 * math.pi * pitch * n / RATE))
        for n in range(RATE)
    )
    return b"".join(struct.pack("<h", sample) for sample in samples)
