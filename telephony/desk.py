"""The operators' side of a call: the queue, taking one, holding it, letting it go."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from elders import roles
from elders.models import User
from telephony import agents, callbacks, outbound, recordings, rooms, script
from telephony.errors import CallError
from telephony.instructions import Bridge, Hangup, Say, as_json
from telephony.models import Call, OutboundJob
from telephony.models.priority import most_pressing_first

log = logging.getLogger(__name__)

LEASE = script.LEASE
_lease = script.lease

State = Call.State
_CLAIMABLE = Q(state=State.RINGING) & (
    Q(direction=Call.Direction.INBOUND) | Q(queued_at__isnull=False)
)


def queue() -> QuerySet[Call]:
    """Callers who wait for a person: by priority, those given back first, then by their wait."""
    return (
        Call.objects.filter(state=State.RINGING, queued_at__isnull=False)
        .select_related("elder")
        .order_by(most_pressing_first(), F("returned_at").asc(nulls_last=True), "queued_at", "id")
    )


def held_by(user: User) -> QuerySet[Call]:
    """The calls that `user` has taken and not finished, wrap-up included."""
    return Call.objects.filter(operator=user, state__in=[*Call.HELD, State.WRAP_UP])


def claim(call_id: int, *, by: User, now: datetime) -> Call:
    """Take a ringing call: one conditional UPDATE decides who has it.

    CallError("already_claimed", by=…) for everybody else, ("spoken_with") when the carrier has
    joined the caller with somebody already, ("call_over") when nobody can have it.
    """
    with transaction.atomic():
        script.lock_job_of(call_id)
        won = Call.objects.filter(_CLAIMABLE, pk=call_id).update(
            state=State.CLAIMED,
            operator=by,
            claimed_at=now,
            lease_until=_lease(now),
            silence_at=None,
        )
        if won:
            bridge = Bridge(to=f"operator:{by.pk}", name=str(by))
            words = recordings.unheard(Call.objects.get(pk=call_id), now=now)
            script.tell(call_id, [*words, bridge], now=now)
            agents.follow(by, now=now)
    call = Call.objects.select_related("operator", "elder").filter(pk=call_id).first()
    if call is None:
        raise CallError("not_found", _("There is no such call."), http_status=404)
    if won or (call.operator_id == by.pk and call.state in Call.HELD):
        return call
    if call.is_inbound and call.state == State.TALKING and call.operator is None:
        who = " · ".join(party.who for party in rooms.present(call))
        raise CallError("spoken_with", _("The caller is speaking with %(name)s.") % {"name": who})
    if call.is_over or call.operator is None:
        raise CallError("call_over", _("This call is over."))
    who = str(call.operator)
    raise CallError(
        "already_claimed",
        _("%(name)s has this call.") % {"name": who},
        fields={"by": who},
        by=who,
    )


def talk(call_id: int, *, by: User, now: datetime) -> Call:
    """The operator and the caller speak: the wait is over. A colleague who was rung into the
    conversation, and picks up, joins it."""
    with transaction.atomic():
        call = script.locked(call_id)
        if not call.is_over and rooms.answers_invitation(call, by, now=now):
            script.poke(call)
            return call
        call = rooms.mine(call_id, by)
        call.state = State.TALKING
        call.answered_at = call.answered_at or now
        call.lease_until = _lease(now)
        call.save()
        rooms.enter(call, by, now=now)
        recordings.start(call, now=now)
        script.poke(call)
    return call


def line_lost(call_id: int, *, by: User, now: datetime | None = None) -> None:
    """The telephone of `by` has left the conversation; the caller is still there.

    Nothing ends: the call stays theirs while their console lives, which says so and rings anew.
    Of a colleague who only helped or listened, with `now`, it is the end.
    """
    call = Call.objects.filter(pk=call_id, operator=by, state__in=Call.HELD).first()
    if call:
        log.warning("An operator's telephone was lost", extra={"call": call.pk})
        script.poke(call)
    elif now and (others := Call.objects.filter(pk=call_id).first()):
        rooms.give_up(others, by, now=now)
        script.poke(others)


def say(call_id: int, text: str, *, by: User, now: datetime) -> None:
    """Speak to the caller by typing."""
    with transaction.atomic():
        call = rooms.mine(call_id, by)
        recordings.hear(call, str(by), text)
        script.tell(call_id, [Say(text, by.language)], now=now)


def hang_up(call_id: int, *, by: User, now: datetime) -> Call:
    """End the connection; what is left is the wrap-up. Ending it twice is once."""
    with transaction.atomic():
        call = rooms.mine(call_id, by, or_writing=True)
        if call.state != State.WRAP_UP:
            call.state, call.ended_at, call.held_at = State.WRAP_UP, now, None
            call.lease_until = _lease(now)
            call.script = [*call.script, as_json(Hangup())]
            call.save()
            script.finish_job(call)
            script.end_leg(call)
            script.poke(call)
        _leave_room(call, now=now)
    return call


def wrap_up(call_id: int, *, by: User, disposition: str, now: datetime) -> Call:
    """The operator is done with the call: `disposition` is its outcome code. It is `ended`."""
    with transaction.atomic():
        call = hang_up(call_id, by=by, now=now)
        call.state, call.disposition, call.lease_until = State.ENDED, disposition, None
        call.save()
        agents.follow(by, now=now)
        script.poke(call)
    return call


def transfer(call_id: int, *, to: User, by: User, now: datetime) -> Call:
    """Give a call to a colleague, who has it as claimed and takes it up with `talk` (cold; the
    warm way is `rooms.invite` and `pass_on`)."""
    if not roles.is_operator(to):
        reason = _("This is not an operator.")
        raise CallError("not_an_operator", reason, http_status=400, fields={"to": reason})
    with transaction.atomic():
        call = rooms.mine(call_id, by)
        call.state, call.operator, call.held_at = State.CLAIMED, to, None
        call.claimed_at, call.lease_until = now, _lease(now)
        call.save()
        rooms.give_up(call, by, now=now)
        for one in (by, to):
            agents.follow(one, now=now)
        script.tell(call_id, [Bridge(to=f"operator:{to.pk}", name=str(to))], now=now)
    call.refresh_from_db()
    return call


def renew_lease(by: User, *, now: datetime) -> int:
    """The console of `by` is alive; returns how many calls it holds."""
    return held_by(by).update(lease_until=_lease(now))


def lapse_leases(*, now: datetime) -> int:
    """Calls whose operator's console has been gone for a lease go back to the head of the queue;
    a wrap-up that was left open is closed. Returns how many calls changed."""
    lapsed = list(Call.objects.filter(lease_until__lte=now).values_list("pk", flat=True))
    return sum(_lapse(pk, now=now) for pk in lapsed)


@transaction.atomic
def _lapse(call_id: int, *, now: datetime) -> int:
    lapsed = Call.objects.filter(pk=call_id, lease_until__lte=now)
    before = Call.objects.select_related("operator").get(pk=call_id)
    changed = lapsed.filter(state__in=Call.HELD).update(
        state=State.RINGING,
        operator=None,
        lease_until=None,
        held_at=None,
        returned_at=now,
        queued_at=Coalesce("queued_at", "opened_at"),
    ) or lapsed.filter(state=State.WRAP_UP).update(state=State.ENDED, lease_until=None)
    if changed:
        rooms.give_up(before, before.operator, now=now)
        agents.follow(before.operator, now=now)
        call = Call.objects.get(pk=call_id)
        if call.is_over:
            _leave_room(call, now=now)
        script.poke(call)
    return changed


def _leave_room(call: Call, *, now: datetime) -> None:
    """The line is dead: so is the conversation around it."""
    rooms.close(call, now=now)
    recordings.stop(call, now=now)
    agents.follow(call.operator, now=now)


def ring_back(callback_id: int, *, by: User, now: datetime) -> OutboundJob:
    """Ring the number now, and put `by` through when it is answered."""
    with transaction.atomic():
        callback = callbacks.open_one(callback_id)
        if not callback.number:
            raise CallError("no_number", _("The number was withheld."))
        callback.attempts += 1
        callback.save(update_fields=["attempts"])
        return outbound.place(
            OutboundJob.Kind.CALL,
            callback.number,
            purpose="callback",
            subject=f"callback:{callback.pk}",
            priority=callback.priority,
            elder=callback.elder,
            operator=by,
            max_attempts=1,
            now=now,
        )


def sign_out(user: User, *, to: User | None = None, now: datetime) -> None:
    """Leave the desk. Calls in hand go to the colleague `to`; without one they forbid leaving:
    CallError("handover_needed")."""
    with transaction.atomic():
        for call in held_by(user).filter(state=State.WRAP_UP):
            wrap_up(call.pk, by=user, disposition=call.disposition, now=now)
        for pk in list(held_by(user).values_list("pk", flat=True)):
            if to is None:
                reason = _("You have calls in hand: name a colleague who takes them.")
                raise CallError("handover_needed", reason, fields={"to": reason})
            transfer(pk, to=to, by=user, now=now)
        agents.leave(user, now=now)
