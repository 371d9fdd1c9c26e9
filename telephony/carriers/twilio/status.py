"""`/telephony/twilio/status/`: how a leg or a text fares. Callbacks come late and out of order.

Each is a fact that may only move a call forward: what has ended has ended, and what was picked up
was picked up by the webhook that asks us what to say, never by a callback.
"""

from datetime import datetime

from django.utils import timezone

from elders.models import User
from telephony import answers, attempts, desk, inbound
from telephony.carriers.registry import carrier_named
from telephony.carriers.twilio.carrier import Twilio
from telephony.carriers.twilio.forms import FINAL, Hook
from telephony.carriers.twilio.http import NOTHING, once, webhook
from telephony.carriers.twilio.rest import HOPELESS
from telephony.events import Stamp
from telephony.models import Call, OutboundJob

OVER = Stamp("over")
LOST = frozenset({"failed", "undelivered"})


@webhook(lambda hook: NOTHING)
def status(hook: Hook) -> str:
    """Whose it is stands in the address: a job's leg or text, an operator's telephone, or (with
    nothing) a leg that rang us."""
    return once(hook, "", lambda: _note(hook))


def _note(hook: Hook) -> str:
    now = timezone.now()
    if hook.operator_id:
        _telephone(hook, now=now)
    elif hook.said("MessageStatus") or hook.said("SmsStatus"):
        _text(hook, now=now)
    elif hook.job:
        _placed_leg(hook, now=now)
    elif hook.is_over:
        _over(_leg(hook), now=now)
    return NOTHING


def _leg(hook: Hook) -> Call | None:
    return Call.objects.filter(carrier=Twilio.name, carrier_ref=hook.sid).first()


def _over(call: Call | None, *, now: datetime) -> None:
    if call is None:
        return
    if not call.is_over:
        inbound.hang_up(call.pk, stamp=OVER, now=now)
    carrier = carrier_named(Twilio.name)
    if call.operator_id and isinstance(carrier, Twilio):
        carrier.leave(call)


def _placed_leg(hook: Hook, *, now: datetime) -> None:
    """A leg that we placed rings, or has ended; this may be the first that we hear of it."""
    call, job = _leg(hook), hook.current_job()
    if call is None and job is None:
        return  # an attempt that was given up: what it became of stands in the records
    if call is None and job:
        call = attempts.placed(job.pk, hook.sid, now=now)
    if call is None or not hook.is_over:
        return
    if call.answered_at or call.is_over or call.job_id is None:
        _over(call, now=now)
    else:
        how = hook.said("CallStatus")
        answers.unanswered(call.job_id, hook.sid, how=how, stamp=OVER, now=now)


def _text(hook: Hook, *, now: datetime) -> None:
    job = hook.current_job()
    if job is None or job.kind != OutboundJob.Kind.TEXT:
        return
    attempts.placed(job.pk, hook.sid, now=now)
    how = hook.said("MessageStatus") or hook.said("SmsStatus")
    if how in LOST:
        code = hook.said("ErrorCode")
        permanent = code.isdigit() and int(code) in HOPELESS
        answers.undelivered(job.pk, permanent=permanent, now=now)


def _telephone(hook: Hook, *, now: datetime) -> None:
    """An operator's telephone was picked up, or is gone; a supervisor's ear is nobody's voice."""
    operator = User.objects.filter(pk=hook.operator_id).first()
    how = hook.said("CallStatus")
    if operator is None:
        return
    if how in FINAL:
        desk.line_lost(hook.call_id, by=operator, now=now)
    elif how == "in-progress" and hook.query.get("mode", "talk") == "talk":
        desk.talk(hook.call_id, by=operator, now=now)
