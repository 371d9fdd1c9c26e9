"""A conversation as the desk leads it: what of `telephony.rooms` has a clock, or names people."""

from datetime import datetime

from django.db import transaction

from dispatch import clocks, notices
from dispatch.models import Deadline
from dispatch.timing import HOLD_S
from elders import selectors
from elders.models import User
from telephony import rooms
from telephony.models import Call, Party

HOLD_CLOCK = "hold"


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


def add(call: Call, number: str, *, by: User, now: datetime) -> Party:
    """Rings somebody into the conversation; a contact or service of hers goes by its name."""
    kind, name = known_as(call, number)
    return rooms.add(call.pk, number, name=name, kind=kind, by=by, now=now)


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
