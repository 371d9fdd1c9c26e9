"""The card of an elder: who she is, who is around her, what one must know before going."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch import selectors, trials
from dispatch.models import ServiceRequest
from dispatch.pages import labels
from dispatch.pages.desk.subject import Subject
from elders import ledger
from elders import selectors as register
from elders.models import Elder, User
from telephony.models import Call
from tracking import selectors as positions
from tracking.models import Device

HISTORY = 6
Earlier = tuple[ServiceRequest, str]  # and how it ended


@dataclass(frozen=True, slots=True)
class Tag:
    words: str
    colour: str = ""
    icon: str = ""


def opened(user: User, subject: Subject, *, now: datetime) -> None:
    """A card that is opened leaves its entry in the ledger; one that only refreshes does not."""
    if subject.elder:
        purpose = f"console {subject.address}"
        ledger.record(actor=user, elder=subject.elder, what="card", purpose=purpose, now=now)


def read(user: User, subject: Subject, *, now: datetime) -> dict[str, Any]:
    """Everything the card shows; {} for a subject without an elder."""
    elder = subject.elder
    if elder is None:
        return {"people": _who_it_may_be(user, subject, now=now)}
    return {
        "elder": elder,
        "address": address(elder),
        "age": labels.age(elder.born, now=now),
        "tags": _tags(elder),
        "numbers": register.numbers_of(elder),
        "proof": _proof(elder, subject.call, now=now),
        "contacts": register.contacts(elder),
        "plan": register.plan_of(elder),
        "housemates": register.housemates(elder),
        "devices": positions.devices_of(elder, now=now),
        "earlier": _earlier(user, elder, subject.request),
    }


def address(elder: Elder) -> str:
    """Where she lives, in the language in use."""
    chinese = (get_language() or "").startswith("zh")
    own, other = elder.address, elder.address_zh
    return other or own if chinese else own or other


def _who_it_may_be(user: User, subject: Subject, *, now: datetime) -> list[Elder]:
    """The people of a household who share the line, or whom a case names together."""
    seen = register.elders_for(user, now=now)
    if subject.request:
        return list(seen.filter(pk__in=subject.request.also.values("pk")))
    return list(seen.filter(pk__in=subject.call.candidates)) if subject.call else []


def _earlier(user: User, elder: Elder, request: ServiceRequest | None) -> list[Earlier]:
    theirs = selectors.requests_for(user).filter(elder=elder).order_by("-pk")
    theirs = theirs.exclude(pk=request.pk) if request else theirs
    return [(one, _outcome(one)) for one in theirs[:HISTORY]]


def _outcome(request: ServiceRequest) -> str:
    if request.disposition:
        return labels.label(labels.DISPOSITIONS, request.disposition)
    return labels.label(labels.STATES, request.state)


def _proof(elder: Elder, call: Call | None, *, now: datetime) -> Tag | None:
    if call is None or call.state not in Call.HELD:
        return None
    return proof(elder, call, now=now)


def proof(elder: Elder, call: Call, *, now: datetime) -> Tag | None:
    """A number suggests who calls and never proves it."""
    if not call.is_inbound:
        return None
    callers = [c for c in register.callers(call.other_number, now=now) if c.elder.pk == elder.pk]
    if not callers:
        return Tag(_("Another number: ask who it is"), "warn", "shield-alert")
    if not callers[0].verified:
        return Tag(_("Number not verified: ask her birthday"), "warn", "shield-alert")
    return Tag(_("Number verified"), "ok", "shield-check")


def _devices(elder: Elder) -> list[Device]:
    links = elder.device_links.filter(until=None).select_related("device")
    return [link.device for link in links]


def _tags(elder: Elder) -> list[Tag]:
    """What must be seen before anything else, gravest first."""
    tags = []
    if elder.status != Elder.Status.PRESENT:
        tags.append(Tag(elder.get_status_display(), "danger", "circle-alert"))
    if elder.safeguarding:
        tags.append(Tag(_("Safeguarding: see who is barred"), "danger", "shield-alert"))
    if elder.address_risk:
        tags.append(Tag(elder.address_risk, "danger", "triangle-alert"))
    if elder.hearing != Elder.Hearing.GOOD:
        tags.append(Tag(elder.get_hearing_display(), "warn", "ear"))
    tags += [Tag(labels.label(labels.REQUIREMENTS, code), "warn") for code in elder.requirements]
    if any(not trials.is_in_service(device) for device in _devices(elder)):
        tags.append(Tag(_("Button not tested yet"), "warn", "circle-alert"))
    if elder.lives_alone:
        tags.append(Tag(_("Lives alone")))
    if elder.has_lift is not None:
        tags.append(Tag(_("Lift") if elder.has_lift else _("No lift")))
    return tags
