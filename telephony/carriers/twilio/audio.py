"""Recordings: fetched from Twilio, kept under our key, and deleted there."""

import logging
import re
from datetime import datetime

import requests
from django.conf import settings

from telephony import recordings
from telephony.carriers.twilio.rest import TIMEOUT_S, client
from telephony.models import Call

log = logging.getLogger(__name__)
AT_ONCE = 20
"""Recordings that one look fetches; the next look has the next."""
_ROOM = re.compile(r"call-([0-9]{1,18})", re.ASCII)


def fetch(*, now: datetime) -> int:
    """Brings home what lies at Twilio; what was kept is deleted there only after our commit."""
    lying = [one for one in client().recordings.list(limit=AT_ONCE) if one.conference_sid]
    return sum(_bring(one.sid, one.conference_sid, now=now) for one in lying if _is_whole(one))


def _is_whole(one: object) -> bool:
    return str(getattr(one, "status", "")) == "completed"


def _bring(sid: str, conference_sid: str, *, now: datetime) -> bool:
    room = _ROOM.fullmatch(client().conferences(conference_sid).fetch().friendly_name or "")
    call = Call.objects.filter(pk=room[1]).first() if room else None
    if call is None:
        return False  # of another house on the same account
    account = settings.TWILIO_ACCOUNT_SID
    answer = requests.get(
        f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{account}/Recordings/{sid}.mp3",
        auth=(account, settings.TWILIO_AUTH_TOKEN),
        timeout=3 * TIMEOUT_S,
    )
    if answer.status_code != 200:
        log.warning("a recording could not be fetched: %s", answer.status_code)
        return False
    recordings.keep_audio(call, answer.content, audio_type="audio/mpeg", now=now)
    client().recordings(sid).delete()
    return True
