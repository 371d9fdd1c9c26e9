"""Who is in the operator's conversation, who may come into it, and where else one is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.pages import labels
from dispatch.pages.desk.subject import Subject
from elders import selectors as register
from elders.models import User
from telephony import rooms
from telephony.models import Call, Party

SERVICES: dict[str, Any] = {
    "ambulance": gettext_lazy("Ambulance"),
    "police": gettext_lazy("Police"),
    "fire": gettext_lazy("Fire"),
}
MODES: dict[str, Any] = {
    Party.Mode.TALK: gettext_lazy("in the call"),
    Party.Mode.LISTEN: gettext_lazy("listens in"),
    Party.Mode.WHISPER: gettext_lazy("whispers to the operator"),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in the room; `user_id` of a colleague to whom the call may be passed."""

    name: str
    doing: str
    colour: str
    since: datetime
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be rung into the conversation."""

    name: str
    number: str
    what: str


def read(user: User, subject: Subject) -> dict[str, Any]:
    hand = subject.call
    talking = hand is not None and hand.state == Call.State.TALKING
    return {
        "seats": _seats(user, hand) if hand else [],
        "choices_to_add": _choices(hand, subject) if hand and talking else [],
        "asked_to_join": [(p.call, _whose(p.call)) for p in rooms.invited(user)],
        "elsewhere": [(p, p.call, _whose(p.call)) for p in _elsewhere(user)],
    }


def _elsewhere(user: User) -> list[Party]:
    """Conversations of others that `user` helps in or listens to."""
    mine = Party.objects.filter(user=user, left_at=None, joined_at__isnull=False)
    others = mine.exclude(call__operator=user).filter(call__state__in=Call.HELD)
    return list(others.select_related("call__elder", "call__operator"))


def _seats(user: User, call: Call) -> list[Seat]:
    there = rooms.present(call).exclude(user=user)
    return [
        Seat(
            name=_name(party),
            doing=str(MODES[party.mode]) if party.joined_at else _("is being rung"),
            colour=("ok" if party.mode == Party.Mode.TALK else "info")
            if party.joined_at
            else "warn",
            since=party.joined_at or party.asked_at,
            user_id=party.user_id if party.joined_at and party.mode == Party.Mode.TALK else None,
        )
        for party in there
    ]


def _choices(call: Call, subject: Subject) -> list[Choice]:
    """Her contacts whom nothing bars, then the services of her grid cell; where a request lies
    open these have buttons of their own, which keep the hand-over in its log."""
    contacts = register.contacts(call.elder) if call.elder else []
    found = [
        Choice(labels.named(one), one.phone, str(one.get_relation_display()))
        for one in contacts
        if not one.barred
    ]
    if subject.request and subject.request.is_open:
        return found
    services = register.public_services(call.elder)
    return found + [
        Choice(services[what], services[what], str(words))
        for what, words in SERVICES.items()
        if what in services
    ]


def _name(party: Party) -> str:
    if party.kind == Party.Kind.SERVICE:
        return f"{party.number} {labels.label(SERVICES, party.name)}"
    return party.who


def _whose(call: Call) -> str:
    return labels.named(call.elder) if call.elder else call.other_number
