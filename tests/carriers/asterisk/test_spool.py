"""Recordings on their way from Asterisk's disk to the database: whole, or not yet."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from telephony import inbound, recordings
from telephony.carriers.asterisk import spool
from telephony.models import Call, Recording
from tests import cast
from tests.infra import voice
from tests.infra.sound import notes_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(settings, tmp_path) -> Call:
    """Mei's conversation, which is recorded and over."""
    settings.RECORD_CALLS, settings.SPOOL_DIR = True, str(tmp_path)
    cast.mei()
    now = timezone.now()
    reply = inbound.incoming(
        "simulator", "leg", from_number=cast.MEI_NUMBER, to_number="12349", now=now
    )
    call = Call.objects.get(pk=reply.call)
    recordings.start(call, now=now)
    inbound.hang_up(call.pk, now=now)
    call.refresh_from_db()
    return call


@pytest.fixture
def path(call, tmp_path) -> Path:
    return tmp_path / f"talk-{call.pk}.wav"


def collect(after_s: float = 0.0) -> int:
    return spool.collect(now=timezone.now() + timedelta(seconds=after_s))


def kept() -> set[int]:
    sound = recordings.audio_of(Recording.objects.get())
    return notes_in(sound) if sound else set()


def open_still(sound: bytes, seconds: int) -> bytes:
    """What lies on the disk of a file that Asterisk has not closed: no length in its head."""
    return sound[:4] + bytes(4) + sound[8:40] + bytes(4) + sound[44 : 44 + 16_000 * seconds]


SOUND = voice._wav([2600] * 200)


def test_a_file_that_asterisk_has_closed_is_kept_under_our_key_and_deleted(path):
    path.write_bytes(SOUND)
    assert collect() == 1
    assert kept() == {2600}
    assert not path.exists()


@pytest.mark.parametrize(
    "seconds", [0, 2], ids=["nothing on the disk yet", "the first two seconds"]
)
def test_what_asterisk_still_has_in_its_memory_is_waited_for(path, seconds):
    path.write_bytes(open_still(SOUND, seconds) if seconds else b"")
    assert collect(after_s=30) == 0
    assert path.exists()
    path.write_bytes(SOUND)
    assert collect(after_s=30) == 1
    assert recordings.audio_of(Recording.objects.get()) == SOUND


def test_what_asterisk_did_not_live_to_close_is_kept_as_far_as_it_goes(path):
    path.write_bytes(open_still(SOUND, 2))
    os.utime(path, (0, 0))  # long calls are written to long before their end
    assert collect(after_s=30) == 0
    assert collect(after_s=61) == 1
    assert kept() == {2600}


def test_a_file_without_any_sound_is_no_recording(path):
    path.write_bytes(b"")
    assert collect(after_s=61) == 1
    assert not path.exists()
    assert Recording.objects.get().audio is None


def test_a_conversation_that_goes_on_is_left_alone(call, path):
    Call.objects.update(state="talking")
    path.write_bytes(SOUND)
    assert collect(after_s=61) == 0
    assert path.exists()
