"""Operators' telephones: which one a console is to be, and having it rung anew when it was lost."""

from elders.models import User
from telephony.carriers import registry
from telephony.models import Call


def of(operator: User) -> list[dict[str, object]]:
    """What the browser of `operator` needs to be a telephone of each carrier that has such;
    with none the console itself stands for one (`simulator`)."""
    asked = (carrier.telephone(operator) for carrier in registry.carriers().values())
    return [found for found in asked if found] or [{"kind": "simulator"}]


def conversations(operator: User) -> list[Call]:
    """The live calls that `operator` has in hand."""
    return list(Call.objects.filter(operator=operator, state__in=Call.HELD).order_by("pk"))


def ring_again(operator: User) -> int:
    """Have the telephone of `operator` rung into each conversation; returns how many. One that is
    there already stays as it is. Not inside a transaction: carriers are asked at once."""
    held = conversations(operator)
    for call in held:
        registry.carrier_named(call.carrier).bring(call, operator)
    return len(held)
