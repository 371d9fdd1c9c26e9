"""What a caller's display shows before anybody has answered: the number, the language, whether the
number proves anything. Address, health, contacts and what was before come with the claim, or when
somebody opens the card, which the ledger notes."""

from dataclasses import dataclass
from datetime import datetime

from dispatch import speech
from dispatch.pages.desk import person
from telephony.models import Call


@dataclass(frozen=True, slots=True)
class Display:
    number: str  # "" of a stranger, whose number is the name already
    spoken: str
    people: int  # who share the line
    proof: person.Tag | None


def read(call_id: int, *, now: datetime) -> Display:
    call = Call.objects.select_related("elder").get(pk=call_id)
    elder = call.elder
    spoken = (elder.get_language_display(), speech.in_use(elder.dialect)) if elder else ()
    return Display(
        number=call.other_number if elder else "",
        spoken=", ".join(filter(None, spoken)),
        people=max(1, len(call.candidates)),
        proof=person.proof(elder, call, now=now) if elder else None,
    )
