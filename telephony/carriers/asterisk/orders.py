"""What other processes want done on the link: rows, taken once by whoever holds it."""

import logging
from datetime import datetime, timedelta
from typing import Any

from telephony import answers
from telephony.carriers.asterisk import names
from telephony.carriers.asterisk.switchboard import Switchboard
from telephony.errors import CallError
from telephony.events import Stamp
from telephony.instructions import from_json
from telephony.models import Call, LinkOrder, OutboundJob

log = logging.getLogger(__name__)

Verb = LinkOrder.Verb
TOO_LATE_S = 20
KEPT_DAYS = 2


def write(carrier: str, verb: str, leg: str, *, now: datetime, **data: Any) -> None:
    """Have something done; in the caller's transaction, or at once."""
    LinkOrder.objects.create(carrier=carrier, verb=verb, leg=leg, data=data, created_at=now)


def take(board: Switchboard, *, now: datetime, limit: int = 100) -> int:
    """Does what is waiting, oldest first. An order is taken before it is done: one that we die
    over is never done twice, and the next snapshot says what became of it."""
    waiting = LinkOrder.objects.filter(carrier=board.carrier, taken_at=None).order_by("pk")[:limit]
    done = 0
    for order in list(waiting):
        if LinkOrder.objects.filter(pk=order.pk, taken_at=None).update(taken_at=now):
            board.turns.post(order.leg, _do, board, order, now)
            done += 1
    return done


def forget(*, now: datetime) -> None:
    """Orders that are long done."""
    LinkOrder.objects.filter(taken_at__lt=now - timedelta(days=KEPT_DAYS)).delete()


def _do(board: Switchboard, order: LinkOrder, now: datetime) -> None:
    if order.verb == Verb.CALL:
        _call(board, order, now=now)
        return
    if order.verb == Verb.HANG_UP:
        board.doom(order.leg)
        return
    call = Call.objects.filter(carrier=order.carrier, carrier_ref=order.leg).first()
    data = order.data
    if call is None:
        return
    if order.verb == Verb.LET_GO:  # also where the caller is gone, and others have spoken on
        board.let_go(call.pk, data["operator"])
    if call.is_over and not (order.verb == Verb.PUSH and order.leg in board.legs):
        return  # a last word is still heard
    match order.verb:
        case Verb.PUSH:
            leg = board.leg(order.leg)
            leg.call_id = leg.call_id or call.pk
            leg.told([from_json(step) for step in data["instructions"]])
        case Verb.BRING:
            board.bring(call.pk, data["operator"], data["mode"], call.operator_id)
        case Verb.HOLD:
            board.leg(order.leg).hold(data["on"])


def _call(board: Switchboard, order: LinkOrder, *, now: datetime) -> None:
    job_id = names.job_of(order.leg)
    job = OutboundJob.objects.filter(pk=job_id or 0).first()
    wanted = (OutboundJob.State.PLACING, OutboundJob.State.UNKNOWN, OutboundJob.State.RINGING)
    if job is None or names.of_job(job.pk, job.attempts) != order.leg or job.state not in wanted:
        return  # withdrawn, or tried again already
    if order.created_at < now - timedelta(seconds=TOO_LATE_S):
        try:
            answers.unanswered(job.pk, order.leg, how="no-link", stamp=Stamp("gone"), now=now)
        except CallError:
            log.info("An order that came too late was over", extra={"job": job.pk})
        return
    board.place(order.leg, job.to, attempt=job.attempt_key)
