"""Sound that Asterisk writes for us, on its way to the database, where it is kept under our key.

A file is named after its call: `talk-<call>` is what a caller said and heard in her conversation,
`word-<call>-<n>` what she said after a tone. It stays in SPOOL_DIR until its call is over, then it
is kept and deleted here. Names alone say what is what, so a restart of ours loses nothing.
"""

import logging
import re
from datetime import datetime
from pathlib import Path

from django.conf import settings

from telephony import recordings
from telephony.models import Call

log = logging.getLogger(__name__)

HEAD = 44
"""Bytes of a WAV before its sound; the last four say how much of it there is."""
LEFT_OPEN_S = 60.0
"""A file that nobody has closed or written to for so long after its call will not be closed."""
TYPE = "audio/wav"
_NAME = re.compile(r"(talk|word)-(\d{1,18})(?:-\d+)?\.wav", re.ASCII)


def talk(call: Call) -> Path | None:
    """Where the conversation of a call is to be written; None for one that is not recorded, and
    for one that is being written already."""
    path = _folder() / f"talk-{call.pk}.wav"
    return path if recordings.may_record(call) and not path.exists() else None


def word(call_id: int, number: int) -> Path:
    """Where a message is to be written."""
    return _folder() / f"word-{call_id}-{number}.wav"


def collect(*, now: datetime) -> int:
    """Keeps what is complete, and deletes it here; what cannot be kept now stays for later."""
    return sum(_collect(path, now=now) for path in sorted(_folder().glob("*.wav")))


def _collect(path: Path, *, now: datetime) -> bool:
    found = _NAME.fullmatch(path.name)
    call = Call.objects.filter(pk=found[2]).first() if found else None
    if found is None or call is None or not call.is_over:
        return False
    sound = path.read_bytes()
    if not _is_closed(sound):
        ended = call.ended_at.timestamp() if call.ended_at else 0.0
        if now.timestamp() - max(path.stat().st_mtime, ended) < LEFT_OPEN_S:
            return False
        sound = _closed(sound)
    if len(sound) <= HEAD:
        log.warning("A recording has no sound", extra={"call": call.pk})
    elif found[1] == "talk" and recordings.was_talk(call):
        recordings.keep_audio(call, sound, audio_type=TYPE, now=now)
    elif found[1] == "word":
        recordings.keep_message(call, sound, reference=path.stem, audio_type=TYPE, now=now)
    path.unlink()
    return True


def _is_closed(sound: bytes) -> bool:
    """Asterisk keeps the last two seconds (32 kB) in memory, and writes the length when it closes
    the file, which may be after we know that the call is over (`main/file.c`, `format_wav.c`)."""
    return len(sound) > HEAD and int.from_bytes(sound[HEAD - 4 : HEAD], "little") == _length(sound)


def _closed(sound: bytes) -> bytes:
    """What there is of a file that Asterisk did not live to close, with its lengths."""
    if len(sound) <= HEAD:
        return sound
    sizes = [(len(sound) - 8).to_bytes(4, "little"), _length(sound).to_bytes(4, "little")]
    return sound[:4] + sizes[0] + sound[8 : HEAD - 4] + sizes[1] + sound[HEAD:]


def _length(sound: bytes) -> int:
    return len(sound) - HEAD


def _folder() -> Path:
    folder = Path(settings.SPOOL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
