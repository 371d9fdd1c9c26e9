"""Calling and texting people about a request: the outbound jobs, and what their keys mean.

A job's subject names what it is about ("offer:17"), so that it ends with it.
"""

from datetime import datetime, timedelta

from django.conf import settings

from dispatch import wording
from dispatch.models import Offer, ServiceRequest
from dispatch.states import Priority
from elders import selectors
from elders.models import Elder
from providers.models import Worker
from telephony import outbound
from telephony.models import Call, OutboundJob

CALL, TEXT = OutboundJob.Kind.CALL, OutboundJob.Kind.TEXT
# A text is looked at within a minute or not at all: then the telephone rings.
TEXT_THEN_CALL_S = 25


def ask(offer: Offer, *, now: datetime) -> None:
    """Reaches the worker for an offer: text, then call; both at once for an emergency."""
    worker, request = offer.worker, offer.request
    language = language_of(worker)
    rings_at = now if _rings_at_once(offer) else now + timedelta(seconds=TEXT_THEN_CALL_S)
    _place(
        TEXT,
        worker.phone,
        "offer",
        f"offer:{offer.pk}",
        wording.offer_text(offer, language=language),
        language,
        request,
        now=now,
        expires_at=offer.expires_at,
    )
    _place(
        CALL,
        worker.phone,
        "offer",
        f"offer:{offer.pk}",
        wording.offer_call(offer, language=language),
        language,
        request,
        now=now,
        at=rings_at,
        expires_at=offer.expires_at,
    )


def stop(offer: Offer, *, now: datetime) -> None:
    """The offer is over; so are its call and its text."""
    outbound.withdraw(f"offer:{offer.pk}", now=now)


def stop_all(request: ServiceRequest, *, now: datetime) -> None:
    """The request has ended; nobody is rung about it any more."""
    for what in ("confirm", "ring_back", "contact"):
        outbound.withdraw(f"{what}:{request.pk}", now=now)


def tell_withdrawn(offer: Offer, *, now: datetime) -> None:
    """Those who were asked in vain are told, so that nobody sets out."""
    language = language_of(offer.worker)
    _place(
        TEXT,
        offer.worker.phone,
        "withdrawn",
        f"withdrawn:{offer.pk}",
        wording.withdrawn(offer.request, language=language),
        language,
        offer.request,
        now=now,
    )


def ask_confirmation(request: ServiceRequest, *, now: datetime) -> bool:
    """Rings the elder after a visit; False when she has no number or is not there to answer."""
    elder = request.elder
    numbers = selectors.numbers_of(elder) if elder else []
    if elder is None or not numbers or elder.status != Elder.Status.PRESENT:
        return False
    language = elder.language
    if never_only_called(elder):
        _place(
            TEXT,
            numbers[0],
            "confirm",
            f"confirm:{request.pk}",
            wording.confirm_text(request, language=language),
            language,
            request,
            now=now,
        )
    _place(
        CALL,
        numbers[0],
        "confirm",
        f"confirm:{request.pk}",
        wording.confirm_call(request, language=language),
        language,
        request,
        now=now,
    )
    return True


def ring_back(request: ServiceRequest, number: str, *, now: datetime) -> None:
    """No voice contact yet: her number is rung, and whoever answers gets a person."""
    language = request.elder.language if request.elder else "zh-hans"
    if request.elder and never_only_called(request.elder):
        _place(
            TEXT,
            number,
            "ring_back",
            f"ring_back:{request.pk}",
            wording.ring_back_text(language=language),
            language,
            request,
            now=now,
        )
    _place(
        CALL,
        number,
        "ring_back",
        f"ring_back:{request.pk}",
        wording.ring_back(language=language),
        language,
        request,
        now=now,
        attempts=1,
    )


def never_only_called(elder: Elder) -> bool:
    """Whether a call to her is always followed by a text: she cannot hear it."""
    return elder.hearing == Elder.Hearing.DEAF


def tell_contacts(request: ServiceRequest, elders: list[Elder], *, now: datetime) -> None:
    """Calls the first contact and texts the others; somebody whom housemates share, once."""
    contacts = {
        contact.phone: contact for elder in elders for contact in selectors.contacts_to_ring(elder)
    }
    for order, contact in enumerate(contacts.values()):
        language = contact.user.language if contact.user else contact.elder.language
        text = wording.contact_call if order == 0 else wording.contact_text
        _place(
            CALL if order == 0 else TEXT,
            contact.phone,
            "contact",
            f"contact:{request.pk}",
            text(request, language=language),
            language,
            request,
            now=now,
        )


def ring_on_call(call: Call, *, now: datetime) -> None:
    """A caller has waited too long: the on-call mobiles ring, and are put through to the desk."""
    for number in settings.ON_CALL_NUMBERS:
        outbound.place(
            CALL,
            number,
            purpose="on_call",
            subject=f"on_call:{call.pk}",
            text=wording.on_call(language=settings.LANGUAGE_CODE),
            language=settings.LANGUAGE_CODE,
            priority=call.priority,
            key=f"on_call:{call.pk}:{number}",
            max_attempts=1,
            now=now,
        )


def tell_waiting(call: Call, elder: Elder, *, now: datetime) -> None:
    """A caller has waited far too long: those around her who agreed are told, once a call."""
    for contact in selectors.contacts_to_ring(elder):
        language = contact.user.language if contact.user else elder.language
        outbound.place(
            TEXT,
            contact.phone,
            purpose="waiting",
            subject=f"waiting:{call.pk}",
            text=wording.waiting_call(elder, language=language),
            language=language,
            priority=call.priority,
            elder=elder,
            key=f"waiting:{call.pk}:{contact.phone}",
            now=now,
        )


def language_of(worker: Worker) -> str:
    """The language to speak to a worker in: the account's, else the first they listed."""
    if worker.user:
        return worker.user.language
    return worker.languages[0] if worker.languages else "zh-hans"


def _rings_at_once(offer: Offer) -> bool:
    return offer.request.is_emergency or offer.worker.reach_by == "call"


def _place(
    kind: OutboundJob.Kind,
    to: str,
    purpose: str,
    subject: str,
    text: str,
    language: str,
    request: ServiceRequest,
    *,
    now: datetime,
    at: datetime | None = None,
    expires_at: datetime | None = None,
    attempts: int = 3,
) -> None:
    outbound.place(
        kind,
        to,
        purpose=purpose,
        subject=subject,
        text=text,
        language=language,
        priority=Priority(request.priority),
        elder=request.elder,
        now=now,
        at=at,
        expires_at=expires_at,
        max_attempts=attempts,
    )
