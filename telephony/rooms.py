"""The conversation of a call: hold, colleagues, family and services in it, listening in.

One room a call, named by the call's id. Who is in it beside the caller are rows (`Party`); the
carriers follow after commit (`Carrier.hold`, `bring`, `let_go`), and a carrier that fails there
changes nothing here.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from elders import ledger, roles
from elders.models import User
from telephony import attempts, outbound, pairs, script
from telephony.carriers.base import Carrier
from telephony.carriers.registry import carrier_named
from telephony.errors import CallError, CarrierError
from telephony.instructions import Bridge, Hangup, Instruction, Say, as_json
from telephony.models import Call, OutboundJob, Party

log = logging.getLogger(__name__)

CONFERENCE = "conference"
"""The purpose of a job whose answer joins the room of the call that its subject names."""

Kind, Mode, State = Party.Kind, Party.Mode, Call.State


def present(call: Call) -> QuerySet[Party]:
    """Everybody in the room beside the caller, and those who are being rung into it."""
    return Party.objects.filter(call=call, left_at=None).select_related("user", "job")


def invited(user: User) -> QuerySet[Party]:
    """Where `user` is asked to join and has not yet."""
    asked = Party.objects.filter(user=user, left_at=None, joined_at=None)
    return asked.filter(call__state__in=Call.HELD).select_related("call__elder", "call__operator")


def hold(call_id: int, *, on: bool, by: User, now: datetime) -> Call:
    """The caller hears music (`on`), or the room again. Asking twice is once."""
    with transaction.atomic():
        call = mine(call_id, by)
        if call.state != State.TALKING:
            raise CallError("not_talking", _("Nobody speaks on this call yet."))
        if on != bool(call.held_at):
            call.held_at = now if on else None
            call.save(update_fields=["held_at"])
            _ask_carrier(call, lambda carrier: carrier.hold(call, on=on))
            script.poke(call)
    return call


def invite(call_id: int, *, to: User, by: User, now: datetime) -> Party:
    """Ring a colleague into the room: a warm transfer begins, or somebody helps."""
    _must_be_operator(to)
    with transaction.atomic():
        call = mine(call_id, by)
        party, is_new = Party.objects.get_or_create(
            call=call, user=to, left_at=None, defaults={"kind": Kind.OPERATOR, "asked_at": now}
        )
        if is_new:
            _ask_carrier(call, lambda carrier: carrier.bring(call, to))
        script.poke(call)
    return party


def join(call_id: int, *, by: User, now: datetime) -> Call:
    """The colleague who was asked is in the room. CallError("not_invited") for others."""
    with transaction.atomic():
        call = script.locked(call_id)
        if call.is_over:
            raise CallError("call_over", _("This call is over."))
        if not _joined(call, by, now=now):
            raise CallError("not_invited", _("You were not asked to join this call."))
        script.poke(call)
    return call


def pass_on(call_id: int, *, to: User, by: User, now: datetime) -> Call:
    """The warm transfer ends: `to`, who is in the room, has the call; `by` leaves it."""
    with transaction.atomic():
        call = mine(call_id, by)
        if not present(call).filter(user=to, joined_at__isnull=False, mode=Mode.TALK).exists():
            raise CallError("not_there", _("%(name)s has not joined yet.") % {"name": to})
        call.operator, call.held_at = to, None
        call.lease_until = script.lease(now)
        call.save(update_fields=["operator", "held_at", "lease_until"])
        _gone(call, by, now=now)
        script.poke(call)
    return call


def leave(call_id: int, *, by: User, now: datetime) -> None:
    """Somebody who helped or listened goes; whoever has the call cannot."""
    with transaction.atomic():
        call = script.locked(call_id)
        if call.operator_id == by.pk and call.state in Call.HELD:
            raise CallError("yours", _("You have this call: pass it on first."))
        _gone(call, by, now=now)
        script.poke(call)


def add(
    call_id: int, number: str, *, name: str = "", kind: str = Kind.NUMBER, by: User, now: datetime
) -> Party:
    """Ring `number` (family, 120, anybody) into the room. One that is in it is not rung again."""
    with transaction.atomic():
        call = mine(call_id, by)
        known = present(call).filter(number=number).first()
        if known:
            return known
        job = outbound.place(
            OutboundJob.Kind.CALL,
            number,
            purpose=CONFERENCE,
            subject=f"call:{call.pk}",
            priority=call.priority,
            elder=call.elder,
            max_attempts=1,
            now=now,
        )
        party = Party.objects.create(
            call=call, job=job, number=number, name=name, kind=kind, asked_at=now
        )
        script.poke(call)
    return party


def listen(call_id: int, *, by: User, mode: str = Mode.LISTEN, now: datetime) -> Party:
    """A supervisor listens in, whispers or talks. It is shown to the operator, and the ledger
    keeps it for the elder. CallError("not_allowed") for everybody else."""
    if not roles.is_supervisor(by):
        raise CallError("not_allowed", _("Only supervisors listen in."), http_status=403)
    with transaction.atomic():
        call = script.locked(call_id)
        if call.state not in Call.HELD or call.operator_id == by.pk:
            raise CallError("not_talking", _("There is no conversation to listen to."))
        party, _is_new = Party.objects.update_or_create(
            call=call,
            user=by,
            left_at=None,
            defaults={"mode": mode},
            create_defaults={
                "mode": mode,
                "kind": Kind.SUPERVISOR,
                "asked_at": now,
                "joined_at": now,
            },
        )
        if call.elder:
            ledger.record(actor=by, elder=call.elder, what="call", purpose=mode, now=now)
        log.info("A supervisor is in a call", extra={"call": call.pk, "mode": mode})
        _ask_carrier(call, lambda carrier: carrier.bring(call, by, mode=mode))
        script.poke(call)
    return party


def welcome(job: OutboundJob, leg: Call, *, now: datetime) -> Sequence[Instruction] | None:
    """Whoever was rung into a room picked up: they hear the job's own words, then are in it.

    None when the conversation is over.
    """
    room = Call.objects.filter(pk=room_of(job)).first()
    if room is None or room.is_over:
        return None
    leg.step = leg.step | {"room": room.pk}
    Party.objects.update_or_create(
        job=job,
        left_at=None,
        defaults={"joined_at": now},
        create_defaults={
            "call": room,
            "number": job.to,
            "kind": Kind.NUMBER,
            "asked_at": job.created_at,
            "joined_at": now,
        },
    )
    script.poke(room)
    words = [Say(job.text, job.language)] if job.text else []
    return [*words, Bridge(to=f"call:{room.pk}")]


def room_of(job: OutboundJob) -> int:
    """The call whose room a conference job joins; 0 for none."""
    what, _colon, key = job.subject.partition(":")
    return int(key) if what == "call" and key.isdigit() else 0


def unreached(job: OutboundJob, *, now: datetime) -> None:
    """Whoever was to be rung into a room did not come, or has hung up."""
    if Party.objects.filter(job=job, left_at=None).update(left_at=now):
        script.poke(None)


def enter(call: Call, user: User, *, now: datetime) -> None:
    """`user`, who has the call, speaks in it."""
    Party.objects.get_or_create(
        call=call,
        user=user,
        left_at=None,
        defaults={"kind": Kind.OPERATOR, "asked_at": now, "joined_at": now},
    )
    Party.objects.filter(call=call, user=user, left_at=None, joined_at=None).update(joined_at=now)


def answers_invitation(call: Call, user: User, *, now: datetime) -> bool:
    """The telephone of a colleague who was asked picked up; False for anybody else."""
    return call.operator_id != user.pk and _joined(call, user, now=now)


def give_up(call: Call, user: User | None, *, now: datetime) -> None:
    """`user` has the call no longer, is not in it any more, and hears none of it."""
    if Party.objects.filter(call=call, user=user, left_at=None).update(left_at=now) and user:
        _let_go(call, user)


def close(call: Call, *, now: datetime) -> None:
    """The conversation has ended: everybody in it is let go, and nobody more is rung."""
    if not Party.objects.filter(call=call).exists():
        return  # nobody was ever in it, or asked
    _stop_ringing(call, now=now)
    pairs.dismiss(call, now=now)
    legs = Call.objects.filter(
        job__purpose=CONFERENCE,
        job__subject=f"call:{call.pk}",
        state__in=Call.LIVE,
        answered_at__isnull=False,  # one that still rings was ended above, or rings on
    )
    for pk in legs.values_list("pk", flat=True):
        leg = script.locked(pk)
        if not leg.is_over:
            leg.state, leg.ended_at = State.ENDED, now
            leg.script = [*leg.script, as_json(Hangup())]
            leg.save()
            script.finish_job(leg)
            script.end_leg(leg)
    for party in present(call).filter(user__isnull=False):
        if party.user:
            _let_go(call, party.user)
    present(call).update(left_at=now)


def _stop_ringing(call: Call, *, now: datetime) -> None:
    """Whom the desk still rings into the room; a hand-over to 120 has a life of its own."""
    waiting = present(call).filter(joined_at=None, job__isnull=False).values("job")
    jobs = OutboundJob.objects.select_for_update(skip_locked=True, no_key=True)
    for job in jobs.filter(pk__in=waiting, state__in=OutboundJob.UNDER_WAY).order_by("pk"):
        attempts.end(job, OutboundJob.State.EXPIRED, now=now)


def mine(call_id: int, by: User, *, or_writing: bool = False) -> Call:
    """The call, locked, if `by` has it; CallError("call_over") or ("not_yours")."""
    call = script.locked(call_id)
    if call.operator_id == by.pk and call.state in Call.HELD:
        return call
    if call.operator_id == by.pk and or_writing and call.state == State.WRAP_UP:
        return call
    if call.is_over:
        raise CallError("call_over", _("This call is over."))
    raise CallError("not_yours", _("You do not have this call."), by=str(call.operator or ""))


def _joined(call: Call, user: User, *, now: datetime) -> bool:
    asked = Party.objects.filter(call=call, user=user, left_at=None)
    asked.filter(joined_at=None).update(joined_at=now)
    return asked.exists()


def _gone(call: Call, user: User, *, now: datetime) -> None:
    if Party.objects.filter(call=call, user=user, left_at=None).update(left_at=now):
        _let_go(call, user)


def _let_go(call: Call, user: User) -> None:
    _ask_carrier(call, lambda carrier: carrier.let_go(call, user))


def _must_be_operator(user: User) -> None:
    if not roles.is_operator(user):
        reason = _("This is not an operator.")
        raise CallError("not_an_operator", reason, http_status=400, fields={"to": reason})


def _ask_carrier(call: Call, act: Callable[[Carrier], None]) -> None:
    """After commit; what the carrier fails to do stands in the log and undoes nothing."""
    transaction.on_commit(partial(_try, call, act), robust=True)


def _try(call: Call, act: Callable[[Carrier], None]) -> None:
    try:
        act(carrier_named(call.carrier))
    except CarrierError:
        log.exception("The carrier did not follow a conversation", extra={"call": call.pk})
