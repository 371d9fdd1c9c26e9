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

COMPLETE_S = 2.0
"""A file that has not grown for so long is closed."""
EMPTY = 44
"""Bytes of a WAV with nothing in it."""
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
    if now.timestamp() - path.stat().st_mtime < COMPLETE_S:
        return False
    sound = path.read_bytes()
    if len(sound) <= EMPTY:
        log.warning("A recording has no sound", extra={"call": call.pk})
    elif found[1] == "talk" and recordings.was_talk(call):
        recordings.keep_audio(call, sound, audio_type=TYPE, now=now)
    elif found[1] == "word":
        recordings.keep_message(call, sound, reference=path.stem, audio_type=TYPE, now=now)
    path.unlink()
    return True


def _folder() -> Path:
    folder = Path(settings.SPOOL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
