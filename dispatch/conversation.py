"""A conversation as the desk leads it: what of `telephony.rooms` has a clock, or names people."""

from datetime import datetime

from django.db import transaction

from dispatch import clocks, desk, handovers, notices
from dispatch.models import Deadline
from dispatch.timing import HOLD_S
from elders import selectors
from elders.models import User
from elders.numbers import normalise
from telephony import rooms
from telephony.models import Call, Party

HOLD_CLOCK = "hold"
SHORTEST = 5
"""So short a number is dialled as it is; longer ones are checked."""


def hold(call_id: int, *, on: bool, by: User, now: datetime) -> Call:
    """The caller hears music, for HOLD_S before somebody is reminded of her; or speaks again."""
    with transaction.atomic():
        call = rooms.hold(call_id, on=on, by=by, now=now)
        if on:
            clocks.arm(HOLD_CLOCK, after_s=HOLD_S, now=now, call=call)
        else:
            clocks.clear(HOLD_CLOCK, call=call, now=now)
            notices.settle(call=call, code="held", now=now)
        return call


def held_long(deadline: Deadline, *, now: datetime) -> None:
    """She is still on hold: the operator and the supervisors are told, again and again."""
    call = deadline.call
    if call is None or call.is_over or call.held_at is None:
        return
    whose = call.operator
    data = {
        "name": whose.name if whose else "",
        "name_zh": whose.name_zh if whose else "",
        "seconds": int((now - call.held_at).total_seconds()),
    }
    notices.tell("held", level="sos", now=now, call=call, data=data)
    clocks.arm(HOLD_CLOCK, after_s=HOLD_S, now=now, call=call, rounds=deadline.rounds + 1)


def add(call: Call, typed: str, *, by: User, now: datetime) -> Party:
    """Rings a number, as somebody typed it, into the conversation; a contact or service of hers
    goes by its name."""
    number = dialled(typed)
    kind, name = known_as(call, number)
    return rooms.add(call.pk, number, name=name, kind=kind, by=by, now=now)


def add_service(call: Call, service: str, *, by: User, now: datetime) -> None:
    """Rings 120, 110 or 119 of where she lives into the conversation. Where a request of hers is
    open that is a hand-over, with a summary, a line of its log and a clock."""
    rooms.mine(call.pk, by)
    open_ones = sorted(desk.about(call), key=lambda request: not request.is_emergency)
    if open_ones:
        handovers.make(open_ones[0].pk, service=service, by=by, now=now)
    else:
        local = selectors.public_services(call.elder)
        add(call, local.get(handovers.SERVICES[service], service), by=by, now=now)


def dialled(typed: str) -> str:
    """120 and the like as they are, longer numbers as E.164; ElderError for what is none."""
    if typed.isascii() and typed.isdigit() and len(typed) <= SHORTEST:
        return typed
    return normalise(typed, field="number")


def known_as(call: Call, number: str) -> tuple[str, str]:
    """What a number is to the elder of this call: (kind, name)."""
    services = selectors.public_services(call.elder)
    for what, known in services.items():
        if known == number:
            return Party.Kind.SERVICE, what
    for contact in selectors.contacts(call.elder) if call.elder else []:
        if contact.phone == number:
            return Party.Kind.CONTACT, contact.name_in()
    return Party.Kind.NUMBER, ""
