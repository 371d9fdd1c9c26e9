"""`/telephony/twilio/voice/…` and `/fallback/`: what a leg is to hear and do next.

A leg is its CallSid. Each document carries the number of the step that it asks for, so an answer
to an older document is known to be late, and one that comes twice to be a repeat.
"""

import logging
from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone

from telephony import answers, inbound, script
from telephony.carriers.registry import carrier_named
from telephony.carriers.twilio import twiml
from telephony.carriers.twilio.carrier import Twilio
from telephony.carriers.twilio.forms import Hook, e164
from telephony.carriers.twilio.http import once, webhook
from telephony.carriers.twilio.twiml import LISTENS, OVER, Place
from telephony.events import Reply, Stamp
from telephony.instructions import Hangup, from_json
from telephony.models import Call

log = logging.getLogger(__name__)
HANG_UP = twiml.safe(on=False)
NEEDED = (
    *("carrier", "carrier_ref", "direction", "state", "step", "sequence", "queued_at"),
    *("operator_id", "elder__language"),
)


def _person(hook: Hook) -> str:
    """Our own failure: whoever rang us, or listens to us, is put through to a person."""
    return twiml.safe()


@webhook(_person)
def voice(hook: Hook) -> str:
    """Somebody rings our number."""
    return once(hook, "incoming", lambda: _ring(hook))


@webhook(_person, late=HANG_UP)
def step(hook: Hook, step: str) -> str:
    """The next step of a leg: keys or silence, another turn of waiting, an answer, an end."""
    act = STEPS.get(step, _wait)
    if hook.is_over:
        return _over(hook)
    fact = f"{step}/{hook.step}" if step in ("keys", "answered") else ""
    return once(hook, fact, lambda: act(hook))


@webhook(_person)
def fallback(hook: Hook) -> str:
    """Twilio got no good answer from us: a person is rung, and the desk sees the call if it can."""
    log.error("Twilio fell back, error %s", hook.said("ErrorCode")[:10] or "unknown")
    if hook.query.get("job") is None:
        _on_record(hook)
    return twiml.safe()


def _on_record(hook: Hook) -> None:
    try:
        if hook.said("From") and not _call(hook):
            _ring(hook)
    except Exception:
        log.exception("A call that went to the fallback number is not on record")


def _ring(hook: Hook) -> str:
    reply = inbound.incoming(
        Twilio.name,
        hook.sid,
        from_number=e164(hook.said("From")),
        to_number=hook.said("To")[:32],
        now=timezone.now(),
    )
    return _render(reply)


def _keys(hook: Hook) -> str:
    """Keys, words, or silence after a question."""
    call_id = _legs().filter(carrier_ref=hook.sid or None).values_list("pk", flat=True).first()
    if call_id is None:
        return _ring(hook)  # we never heard that it came in
    stamp, now = Stamp("keys", hook.step), timezone.now()
    if hook.speech and not hook.digits:
        return _render(inbound.speech(call_id, hook.speech, stamp=stamp, now=now))
    return _render(inbound.digits(call_id, hook.digits, stamp=stamp, now=now))


def _wait(hook: Hook) -> str:
    """Nothing has happened on the leg: it goes on with what the call has come to meanwhile."""
    call = _call(hook)
    return twiml.still_waiting(twiml.place_of(call)) if call else _ring(hook)


def _after(hook: Hook) -> str:
    """A conversation, or a number that was dialled, has ended, and the leg is still up."""
    call = _call(hook)
    if call is None:
        return _ring(hook)
    place = twiml.place_of(call)
    if place.rest == LISTENS or (script.in_room(call) and not call.is_inbound):
        # What it was rung for is over.
        return twiml.render([Hangup()], place)
    return twiml.still_waiting(place)


def _answered(hook: Hook) -> str:
    """Somebody picked up a call that we placed."""
    job = hook.current_job()
    if job is None:
        return twiml.render([Hangup()], Place(rest=OVER))
    reply = answers.answered(
        job.pk,
        hook.sid,
        by_machine=hook.said("AnsweredBy").startswith(("machine", "fax")),
        stamp=Stamp("answered"),
        now=timezone.now(),
    )
    return _render(reply)


def _over(hook: Hook) -> str:
    """The leg ended while it was with us."""
    call = _call(hook)
    if call and not call.is_over:
        inbound.hang_up(call.pk, stamp=Stamp("over"), now=timezone.now())
    return twiml.render([], Place(rest=OVER))


STEPS: dict[str, Callable[[Hook], str]] = {
    "keys": _keys,
    "wait": _wait,
    "recorded": _wait,
    "after": _after,
    "answered": _answered,
}


def _call(hook: Hook) -> Call | None:
    return _legs().filter(carrier_ref=hook.sid).first() if hook.sid else None


def _legs() -> QuerySet[Call]:
    """Our legs there, with as much of a call as an answer needs."""
    return Call.objects.filter(carrier=Twilio.name).select_related("elder").only(*NEEDED)


def _render(reply: Reply) -> str:
    call = _legs().get(pk=reply.call or 0)
    given = [from_json(each) for each in reply.instructions]
    carrier = carrier_named(Twilio.name)
    if isinstance(carrier, Twilio):
        carrier.follow(call, given)
    return twiml.render(given, twiml.place_of(call))
