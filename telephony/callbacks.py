"""Call-backs: who hung up before anybody helped stays on a list until a person reached them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from elders.models import User
from telephony import script
from telephony.errors import CallError
from telephony.models import Call, CallBack, Priority
from telephony.models.priority import most_pressing_first

# How long a call-back may wait. An emergency: rung back within 30 s.
DUE_S: dict[str, int] = {Priority.EMERGENCY: 30, Priority.URGENT: 120, Priority.ROUTINE: 900}


def open_callback(call: Call, *, reason: str, now: datetime) -> CallBack:
    """Put the other side of `call` on the list."""
    return open_for(
        call.other_number,
        reason=reason,
        priority=call.priority,
        elder_id=call.elder_id,
        call=call,
        now=now,
    )


def open_for(
    number: str,
    *,
    reason: str,
    priority: str,
    elder_id: int | None = None,
    call: Call | None = None,
    now: datetime,
) -> CallBack:
    """Put `number` on the list. A number that is on it already is raised, never listed twice;
    a withheld one ("") is listed every time, for a person to work out."""
    due_at = now + timedelta(seconds=DUE_S[priority])
    fresh = {
        "reason": reason,
        "priority": priority,
        "elder_id": elder_id,
        "call": call,
        "opened_at": now,
        "due_at": due_at,
    }
    script.poke(call)
    if not number:
        return CallBack.objects.create(number="", **fresh)
    with transaction.atomic(savepoint=False):
        callback, is_new = CallBack.objects.select_for_update(no_key=True).get_or_create(
            number=number, reached_at=None, defaults=fresh
        )
        if not is_new:
            callback.priority = Priority.higher(callback.priority, priority)
            callback.due_at = min(callback.due_at, due_at)
            callback.call = call or callback.call
            callback.elder_id = callback.elder_id or elder_id
            callback.save()
    return callback


def waiting() -> QuerySet[CallBack]:
    """The list: the most pressing first, then the earliest due."""
    return (
        CallBack.objects.filter(reached_at=None)
        .select_related("elder", "call")
        .order_by(most_pressing_first(), "due_at", "id")
    )


def tried(callback_id: int, *, now: datetime) -> None:
    """Somebody rang by other means and did not get through: it stays, and is due again."""
    with transaction.atomic():
        callback = open_one(callback_id)
        CallBack.objects.filter(pk=callback.pk).update(
            attempts=F("attempts") + 1,
            due_at=now + timedelta(seconds=DUE_S[callback.priority]),
        )
    script.poke(None)


def reached(callback_id: int, *, by: User, outcome: str = "", now: datetime) -> CallBack:
    """A person spoke with them: off the list. CallError("already_reached") the second time."""
    with transaction.atomic():
        callback = open_one(callback_id)
        callback.reached_at, callback.reached_by, callback.outcome = now, by, outcome
        callback.save(update_fields=["reached_at", "reached_by", "outcome"])
    script.poke(None)
    return callback


def open_one(callback_id: int) -> CallBack:
    """A call-back that waits, locked until commit."""
    callback = CallBack.objects.select_for_update(no_key=True).filter(pk=callback_id).first()
    if callback is None:
        raise CallError("not_found", _("There is no such call-back."), http_status=404)
    if callback.reached_at:
        by = str(callback.reached_by or "")
        raise CallError("already_reached", _("They were reached already."), by=by)
    return callback
