"""Recordings: only of who was told, unreadable without keys, played with a trace, and deleted."""

from datetime import timedelta

import pytest
from django.db import connection

from elders.models import AccessEntry
from telephony import desk, inbound, recordings
from telephony.errors import CallError
from telephony.models import Call, Recording
from tests.cast import agnes, mei, olive, sol
from tests.telephony.test_desk import ring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def recording(settings):
    settings.RECORD_CALLS = True
    settings.RECORDING_DAYS = 90


def spoken(now, operator, *, told=True):
    call = ring(now)
    Call.objects.filter(pk=call).update(elder=mei(), step={"recorded": True} if told else {})
    desk.claim(call, by=operator, now=now)
    desk.talk(call, by=operator, now=now)
    inbound.speech(call, "My hip hurts", now=now)
    desk.say(call, "Stay where you are", by=operator, now=now)
    return call


def test_what_both_said_is_kept_until_the_line_is_dead(now):
    operator = olive()
    call = spoken(now, operator)
    desk.hang_up(call, by=operator, now=now)
    kept = Recording.objects.get()
    assert kept.words.splitlines() == [
        "+8613800000001: My hip hurts",
        "Olive: Stay where you are",
    ]
    assert kept.ended_at == now


def test_who_was_not_told_is_not_recorded(now):
    spoken(now, olive(), told=False)
    assert not Recording.objects.exists()


def test_a_town_that_does_not_record_keeps_nothing(now, settings):
    settings.RECORD_CALLS = False
    spoken(now, olive())
    assert not Recording.objects.exists()


def test_a_stolen_database_holds_no_words_and_no_sound(now):
    call = spoken(now, olive())
    recordings.keep_audio(
        Call.objects.get(pk=call), b"RIFF my hip hurts", audio_type="audio/wav", now=now
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT words, audio FROM telephony_recording")
        words, audio = cursor.fetchone()
    assert "hip" not in words
    assert b"hip" not in bytes(audio)
    assert recordings.audio_of(Recording.objects.get()) == b"RIFF my hip hurts"


def test_a_supervisor_plays_it_and_the_elder_can_read_so(now):
    spoken(now, olive())
    lead = sol()
    played = recordings.play(Recording.objects.get().pk, by=lead, purpose="complaint", now=now)
    assert "hip" in played.words
    entry = AccessEntry.objects.get(what="recording")
    assert (entry.actor, entry.purpose) == (lead, "complaint")


def test_operators_play_their_own_calls_and_no_others(now):
    operator = olive()
    spoken(now, operator)
    pk = Recording.objects.get().pk
    assert recordings.play(pk, by=operator, purpose="own", now=now)
    Call.objects.update(operator=sol())
    Recording.objects.get().call.parties.all().delete()
    for stranger in (operator, agnes()):
        with pytest.raises(CallError) as refused:
            recordings.play(pk, by=stranger, purpose="", now=now)
        assert refused.value.http_status == 404


def test_what_is_too_old_is_deleted_and_that_it_was_there_stays(now):
    spoken(now, olive())
    assert recordings.sweep(now=now + timedelta(days=89)) == 0
    assert recordings.sweep(now=now + timedelta(days=90)) == 1
    assert recordings.sweep(now=now + timedelta(days=90)) == 0
    kept = Recording.objects.get()
    assert (kept.words, kept.audio, kept.deleted_at) == ("", None, now + timedelta(days=90))
