"""Texts that come in, from any carrier.

One digit answers the newest question that waits for that number. STOP ends what we start. Every
other word, whoever it is from, goes to the flow, which puts it in front of a person.
"""

import logging
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from telephony import answers, callbacks, optouts
from telephony.events import Stamp
from telephony.flow import call_flow
from telephony.instructions import Say
from telephony.models import CallEvent, OutboundJob, Priority

log = logging.getLogger(__name__)
State = OutboundJob.State

STOPPED = gettext_noop(
    "You will get no more texts that we start. In need of help ring or text %(number)s."
    " Text START to get them again."
)
STARTED = gettext_noop("You will get our texts again.")
_DIGIT = re.compile(r"[0-9]", re.ASCII)
_OPEN = (State.PLACING, State.UNKNOWN, State.DELIVERED)


def received(carrier: str, carrier_ref: str, *, sender: str, text: str, now: datetime) -> list[str]:
    """A text of `sender` (E.164, or what the carrier shows). Returns what to answer with.

    The same text told twice is one, and gets the first answer again.
    """
    with transaction.atomic():
        event, is_new = CallEvent.objects.select_for_update(no_key=True).get_or_create(
            carrier=carrier,
            reference=f"{carrier_ref}/text",
            sequence=0,
            defaults={"kind": "text", "payload": {"from": sender, "text": text}, "at": now},
        )
        if not is_new:
            return [str(each) for each in event.answer.get("said", [])]
        said = _answer(sender, text, event, now=now)
        event.answer = {"said": said}
        event.save(update_fields=["answer", "job"])
        return said


def waiting_for(number: str, *, now: datetime) -> OutboundJob | None:
    """The newest text to `number` that asked something and has no answer yet."""
    flow = call_flow()
    sent = OutboundJob.objects.filter(kind=OutboundJob.Kind.TEXT, to=number, state__in=_OPEN)
    for job in sent.order_by("-pk")[:20]:
        if flow.awaits(job) and (job.expires_at is None or job.expires_at > now):
            return job
    return None


def _answer(sender: str, text: str, event: CallEvent, *, now: datetime) -> list[str]:
    word = unicodedata.normalize("NFKC", text).strip().strip(".。!！#*").lower()
    if word in optouts.STOPS:
        optouts.stop(sender, now=now)
        return [_in_town_language(STOPPED)]
    if word in optouts.STARTS and optouts.start(sender, now=now):
        return [_in_town_language(STARTED)]
    job = waiting_for(sender, now=now) if _DIGIT.fullmatch(word) else None
    if job is not None:
        event.job = job
        reply = answers.replied(job.pk, word, stamp=Stamp(event.reference), now=now)
        return [step["text"] for step in reply.instructions if step["verb"] == "say"]
    return _to_a_person(sender, text, now=now)


def _to_a_person(sender: str, text: str, *, now: datetime) -> list[str]:
    """The flow's part. Should it fail, whoever wrote is on the list of who is rung."""
    try:
        with transaction.atomic():
            return _spoken(call_flow().texted(sender, text, now=now))
    except Exception:
        log.exception("The script failed; a person rings whoever wrote")
        number = sender if sender.startswith("+") else ""
        callbacks.open_for(number, reason="script_failed", priority=Priority.URGENT, now=now)
        return []


def _spoken(given: Sequence[object]) -> list[str]:
    return [step.text for step in given if isinstance(step, Say)]


def _in_town_language(sentence: str) -> str:
    """A sentence marked by `gettext_noop`, in the language of the town."""
    with override(settings.LANGUAGE_CODE):
        return _(sentence) % {"number": settings.HOTLINE_NUMBER}
