"""Twilio's own books, read: what became of an attempt, what we missed while away, what it cost."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils import timezone
from requests import RequestException
from twilio.base.exceptions import TwilioException
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.message import MessageInstance

from telephony import inbound, recovery, turns
from telephony.carriers.base import Fate, Found
from telephony.carriers.twilio import audio
from telephony.carriers.twilio.forms import e164
from telephony.carriers.twilio.rest import client, is_silent
from telephony.errors import CallError
from telephony.events import Stamp
from telephony.models import Call, Cost, OutboundJob, WebhookAnswer
from telephony.recovery import Record

log = logging.getLogger(__name__)

NAME = "twilio"
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
SURE_AFTER_S = 45
"""Seconds after which a list without an attempt means that it was never placed."""
LOOK_EVERY_S = 60
LOOK_BACK_S = 24 * 3600
"""Prices follow a call by minutes; what we missed follows a restart of ours, or a night."""
KEEP_ANSWERS_S = 24 * 3600
AT_MOST, NEWEST = 1000, 50


def fate(job: OutboundJob) -> Found:
    """Whether the attempt is in the books. Twilio is asked with an end to the wait; an answer
    that never came is no answer here either."""
    if is_silent():
        return Found(Fate.UNKNOWN)
    began = job.placing_at or job.created_at
    if job.kind == OutboundJob.Kind.TEXT:
        texts = client().messages.list(
            to=job.to, date_sent_after=began - timedelta(minutes=5), limit=AT_MOST
        )
        mine = [text.sid for text in texts if _is_new(text.sid) and _same_text(text, job)]
    else:
        mine = _legs_of(job, began)
    if mine:
        return Found(Fate.PLACED, mine[0])
    sure = timezone.now() - began > timedelta(seconds=SURE_AFTER_S)
    return Found(Fate.NEVER if sure else Fate.UNKNOWN)


def _legs_of(job: OutboundJob, began: datetime) -> list[str]:
    """The legs to that number which nobody has claimed, and whose webhooks carry our key.

    A leg that has called no webhook yet names no key. Alone, it is taken for ours: ringing
    somebody twice is worse than believing one call to be another to the same person.
    """
    legs = client().calls.list(to=job.to, from_=settings.TWILIO_NUMBER, limit=NEWEST)
    since = began - timedelta(minutes=1)
    unclaimed = [leg.sid for leg in legs if _after(leg.date_created, since) and _is_new(leg.sid)]
    keys = {sid: _keys_of(sid) for sid in unclaimed}
    named = [sid for sid in unclaimed if url_key(job) in keys[sid]]
    return named or [sid for sid in unclaimed if not keys[sid]]


def url_key(job: OutboundJob) -> str:
    return f"job={job.pk}%3A{job.attempts}"


def _keys_of(sid: str) -> str:
    """The addresses that a leg's webhooks went to, one after the other."""
    return " ".join(
        str((one.request or {}).get("url", "")) for one in client().calls(sid).events.list(limit=20)
    )


def _after(at: datetime | None, since: datetime) -> bool:
    return at is None or at >= since


def _is_new(sid: str | None) -> bool:
    """Whether no attempt of ours is known by this reference yet."""
    known = Call.objects.filter(carrier=NAME, carrier_ref=sid).exists()
    return not known and not OutboundJob.objects.filter(carrier=NAME, carrier_ref=sid).exists()


def _same_text(text: MessageInstance, job: OutboundJob) -> bool:
    return (text.body or "").strip() == job.text.strip()


def look(*, now: datetime) -> None:
    """Once a minute: calls that ended without our hearing of it end here too, those that came
    while we were away become call-backs, and what Twilio charged is written down."""
    if not turns.take(
        f"twilio/records/{settings.TWILIO_ACCOUNT_SID}", every_s=LOOK_EVERY_S, now=now
    ):
        return
    since = now - timedelta(seconds=LOOK_BACK_S)
    try:
        legs = client().calls.list(start_time_after=since, limit=AT_MOST, page_size=AT_MOST)
        texts = client().messages.list(date_sent_after=since, limit=AT_MOST, page_size=AT_MOST)
    except (TwilioException, RequestException):
        log.warning("Twilio's records could not be read", exc_info=True)
        return
    over = [leg for leg in legs if str(leg.status) in OVER]
    ours = Call.objects.filter(carrier=NAME, carrier_ref__in=[leg.sid for leg in over])
    known = {call.carrier_ref: call for call in ours}
    missed = [leg for leg in over if leg.sid not in known and _rang_us(leg)]
    recovery.missed(NAME, map(_record, missed), now=now)
    for call in known.values():
        if not call.is_over:
            _hang_up(call, now=now)
    of_kind = [*((leg, "call") for leg in over), *((text, "text") for text in texts)]
    refs = [one.sid for one, _kind in of_kind]
    charged = Cost.objects.filter(carrier=NAME, carrier_ref__in=refs)
    paid = set(charged.values_list("carrier_ref", flat=True))
    for one, kind in of_kind:
        if one.sid not in paid:
            _charge(one, kind, now=now)
    audio.fetch(now=now)
    old = now - timedelta(seconds=KEEP_ANSWERS_S)
    WebhookAnswer.objects.filter(at__lt=old).delete()


def _rang_us(leg: CallInstance) -> bool:
    """Not an operator's telephone, nor a number that is not ours."""
    return str(leg.direction) == "inbound" and leg.to == settings.TWILIO_NUMBER


def _record(leg: CallInstance) -> Record:
    """Who answered the static number is not known: at worst somebody is rung once too often."""
    ended = leg.end_time or leg.date_updated or timezone.now()
    began = leg.start_time or leg.date_created or ended
    caller = e164(leg._from or "")
    return Record(str(leg.sid), caller, str(leg.to or "")[:32], began, ended)


def _hang_up(call: Call, *, now: datetime) -> None:
    try:
        inbound.hang_up(call.pk, stamp=Stamp("over"), now=now)
    except CallError:
        return  # its own webhook came in between


def _charge(one: CallInstance | MessageInstance, kind: str, *, now: datetime) -> None:
    """Twilio writes what it took as a negative number, and nothing until it knows."""
    try:
        amount = -Decimal(str(one.price))
    except InvalidOperation:
        return
    currency = (one.price_unit or "USD").upper()[:3]
    Cost.objects.get_or_create(
        carrier=NAME,
        carrier_ref=str(one.sid),
        defaults={"kind": kind, "amount": amount, "currency": currency, "at": now},
    )
