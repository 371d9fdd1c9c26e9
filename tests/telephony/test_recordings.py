"""Recordings: only of who was told, unreadable without keys, played with a trace, and deleted."""

from datetime import timedelta

import pytest
from django.db import connection

from elders.models import AccessEntry
from telephony import desk, inbound, recordings
from telephony.errors import CallError
from telephony.instructions import Say, as_json
from telephony.models import Call, CallBack, Recording
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


TOLD = Say("This call is recorded.", "en")


@pytest.mark.parametrize(("after_s", "times"), [(1, 2), (60, 1)])
def test_who_is_answered_before_she_can_have_heard_that_it_is_recorded_hears_it_then(
    now, after_s, times
):
    call = ring(now)
    said = [as_json(Say("Hello.", "en")), as_json(TOLD)]
    Call.objects.filter(pk=call).update(step={"recorded": said[1]}, script=said)
    desk.claim(call, by=olive(), now=now + timedelta(seconds=after_s))
    script = Call.objects.get().script
    assert [step.get("text") for step in script].count(TOLD.text) == times
    assert script[-1]["verb"] == "bridge"


def left_a_message(now, reference="tone-1"):
    call = Call.objects.get(pk=ring(now, "leg-m"))
    recordings.keep_message(
        call, b"RIFF my hip", reference=reference, audio_type="audio/wav", now=now
    )
    return call


def test_a_message_is_kept_once_though_nobody_was_told_and_she_is_to_be_rung_back(now, settings):
    settings.RECORD_CALLS = False
    call = left_a_message(now)
    recordings.keep_message(call, b"RIFF", reference="tone-1", audio_type="audio/wav", now=now)
    assert recordings.audio_of(Recording.objects.get()) == b"RIFF my hip"
    assert CallBack.objects.get().reason == "message"


def test_whoever_rings_back_hears_the_message_and_the_elder_can_read_so(now):
    call = left_a_message(now)
    Call.objects.filter(pk=call.pk).update(elder=mei())
    (messages,) = recordings.messages_of(CallBack.objects.all(), operator := olive()).values()
    recordings.play(messages[0].pk, by=operator, purpose="call-back", now=now)
    assert AccessEntry.objects.get(what="recording").actor == operator
    assert recordings.messages_of(CallBack.objects.all(), agnes()) == {
        CallBack.objects.get().pk: []
    }


def test_a_message_is_deleted_in_its_time_as_everything_else(now):
    left_a_message(now)
    assert recordings.sweep(now=now + timedelta(days=90)) == 1
    assert Recording.objects.get().audio is None
