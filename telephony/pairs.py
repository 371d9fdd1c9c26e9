"""A caller and somebody whom we rang for her, put through to each other with no operator between.

Both legs are in the room of her call (`step["room"]`), and whom we rang is a party of it. A caller
who waits for a person keeps her place: who takes her call joins the two. One who has what she
called for waits for nobody. Locks: the leg that we placed, then her call. What her own hang-up
means for that leg is done after commit, so that the two never wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from telephony import script
from telephony.carriers.registry import carrier_for_calling_out
from telephony.errors import CarrierError
from telephony.flow import call_flow
from telephony.instructions import Bridge, Say
from telephony.models import Call, Party, Priority

State, Kind = Call.State, Party.Kind
PUT_THROUGH = (Kind.WORKER, Kind.ELDER)
"""Who is in a room by being put through, and with no word of an operator's."""


def may_join(call: Call) -> bool:
    """Whether whom we ring now would be on the same carrier as `call`."""
    try:
        return carrier_for_calling_out().name == call.carrier
    except CarrierError:
        return False


def free(calls: QuerySet[Call], leg: Call) -> Call | None:
    """The first of these callers who is on the line and speaks with nobody, locked until commit;
    None where nobody is. Only legs of one carrier can hear each other."""
    on_the_line = calls.filter(
        direction=Call.Direction.INBOUND, carrier=leg.carrier, state=State.RINGING
    )
    for pk in on_the_line.order_by("pk").values_list("pk", flat=True):
        caller = script.locked(pk)
        if caller.state == State.RINGING and not script.in_room(caller):
            return caller
    return None


def join(
    caller: Call,
    leg: Call,
    *,
    words: Sequence[Say],
    name: str,
    kind: Party.Kind = Kind.WORKER,
    now: datetime,
) -> Bridge:
    """Puts the two locked calls through to each other. The caller hears `words` before.

    Returns what `leg` is given when it has heard what it is to hear; `name` is for screens, `kind`
    what they are to the caller: one of PUT_THROUGH.
    """
    room = f"call:{caller.pk}"
    caller.step |= {"room": caller.pk}
    leg.step |= {"room": caller.pk}
    caller.silence_at = None
    if caller.settled:
        caller.state, caller.queued_at = State.TALKING, None
    Party.objects.create(
        call=caller,
        job=leg.job,
        kind=kind,
        number=leg.other_number,
        name=name,
        asked_at=now,
        joined_at=now,
    )
    given = script.take(caller, [*words, Bridge(room, name)], now=now)
    script.push(caller, given)
    return Bridge(room)


@transaction.atomic
def call_for_a_person(caller_id: int, *, priority: str, now: datetime) -> None:
    """The conversation of that caller goes before the operators, who join it; one that they have
    already, or that is over, is left as it is."""
    caller = script.locked(caller_id)
    if caller.state == State.TALKING and caller.operator_id is None and script.in_room(caller):
        caller.state, caller.queued_at = State.RINGING, now
        caller.priority = Priority.higher(caller.priority, priority)
        caller.save()
        script.poke(caller)


def leave(leg: Call, *, now: datetime) -> None:
    """The leg that we placed has hung up: who is left is told so, and waits or is asked again;
    with an operator she speaks on."""
    mine = Party.objects.filter(job=leg.job, kind__in=PUT_THROUGH, left_at=None)
    room = mine.values_list("call", flat=True).first()
    if room is None:
        return  # an operator rang them in, or has her call: nobody is left alone
    caller = script.locked(room)
    caller.step.pop("room", None)
    caller.save(update_fields=["step"])
    if caller.is_over or caller.operator_id:
        return
    caller.state = State.RINGING
    _go_on(caller, now=now)


def dismiss(caller: Call, *, now: datetime) -> None:
    """The conversation of `caller` is over: whoever was put through to her is told so, and let
    go."""
    jobs = Party.objects.filter(call=caller, kind__in=PUT_THROUGH, left_at=None).values("job")
    legs = Call.objects.filter(job__in=jobs, state__in=Call.LIVE)
    for pk in list(legs.values_list("pk", flat=True)):
        transaction.on_commit(partial(_dismiss, pk, now=now), robust=True)


@transaction.atomic
def _dismiss(leg_id: int, *, now: datetime) -> None:
    leg = script.locked(leg_id)
    if not leg.is_over and leg.step.pop("room", None):
        leg.save(update_fields=["step"])
        _go_on(leg, now=now)


def _go_on(call: Call, *, now: datetime) -> None:
    """Back from the room to the script."""
    answer = script.ask(call, lambda: call_flow().parted(call, now=now))
    script.push(call, script.take(call, answer, now=now))
