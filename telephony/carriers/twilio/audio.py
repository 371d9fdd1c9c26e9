"""Recordings: fetched from Twilio, kept under our key, and deleted there."""

import logging
import re
from datetime import datetime

import requests
from django.conf import settings
from twilio.rest.api.v2010.account.recording import RecordingInstance

from telephony import recordings
from telephony.carriers.twilio.rest import TIMEOUT_S, client
from telephony.models import Call

log = logging.getLogger(__name__)
AT_ONCE = 20
"""Recordings that one look fetches; the next look has the next."""
TYPE = "audio/mpeg"
_ROOM = re.compile(r"call-([0-9]{1,18})", re.ASCII)


def fetch(*, now: datetime) -> int:
    """Brings home what lies at Twilio; what was kept is deleted there only after our commit."""
    lying = client().recordings.list(limit=AT_ONCE)
    return sum(_bring(one, now=now) for one in lying if str(one.status) == "completed")


def _bring(one: RecordingInstance, *, now: datetime) -> bool:
    """A conversation is of the call that its conference is named after, a message of its leg."""
    if one.conference_sid:
        name = client().conferences(one.conference_sid).fetch().friendly_name or ""
        room = _ROOM.fullmatch(name)
        call = Call.objects.filter(pk=room[1]).first() if room else None
    else:
        call = Call.objects.filter(carrier="twilio", carrier_ref=one.call_sid).first()
    sound = _sound(str(one.sid)) if call else None
    if call is None or sound is None:
        return False  # of another house on the same account, or later
    if one.conference_sid:
        recordings.keep_audio(call, sound, audio_type=TYPE, now=now)
    else:
        recordings.keep_message(call, sound, reference=str(one.sid), audio_type=TYPE, now=now)
    client().recordings(str(one.sid)).delete()
    return True


def _sound(sid: str) -> bytes | None:
    account = settings.TWILIO_ACCOUNT_SID
    answer = requests.get(
        f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{account}/Recordings/{sid}.mp3",
        auth=(account, settings.TWILIO_AUTH_TOKEN),
        timeout=3 * TIMEOUT_S,
    )
    if answer.status_code != 200:
        log.warning("a recording could not be fetched: %s", answer.status_code)
        return None
    return answer.content
