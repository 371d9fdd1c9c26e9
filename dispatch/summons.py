"""Calling and texting people about a request: the outbound jobs, and what their keys mean.

A job's subject names what it is about ("offer:17"), so that it ends with it.
"""

from datetime import datetime

from django.conf import settings

from dispatch import reaching, wording
from dispatch.ladder import CALL
from dispatch.models import Assignment, Offer, ServiceRequest
from dispatch.reaching import Listener, Message, reach
from elders import selectors
from elders.models import Elder
from telephony import outbound
from telephony.models import Call, OutboundJob

# How much later each further contact's telephone rings; the texts go out at once.
NEXT_CONTACT_S = 60.0


def ask(offer: Offer, *, now: datetime) -> None:
    """Reaches the worker for an offer as they prefer; by every way at once for an emergency."""
    listener, request = reaching.worker(offer.worker), offer.request
    message = Message(
        "offer",
        f"offer:{offer.pk}",
        wording.offer_call(offer, language=listener.language),
        wording.offer_text(offer, language=listener.language),
        priority=request.priority,
        elder=request.elder,
        expires_at=offer.expires_at,
    )
    reach(listener, message, at_once=request.is_emergency, both=True, now=now)


def stop(offer: Offer, *, now: datetime) -> None:
    """The offer is over; so are its call and its text."""
    outbound.withdraw(f"offer:{offer.pk}", now=now)


def stop_all(request: ServiceRequest, *, now: datetime) -> None:
    """The request has ended; nobody is rung about it any more."""
    for what in ("confirm", "ring_back", "contact", "overdue"):
        outbound.withdraw(f"{what}:{request.pk}", now=now)


def tell_withdrawn(offer: Offer, *, now: datetime) -> None:
    """Those who were asked in vain are told by text, so that nobody sets out."""
    listener = reaching.worker(offer.worker)
    outbound.place(
        OutboundJob.Kind.TEXT,
        listener.phone,
        purpose="withdrawn",
        subject=f"withdrawn:{offer.pk}",
        text=wording.withdrawn(offer.request, language=listener.language),
        language=listener.language,
        priority=offer.request.priority,
        elder=offer.request.elder,
        now=now,
    )


def tell_sent(going: Assignment, *, now: datetime) -> None:
    """Whom the house sends is told by text: they have pressed nothing themselves."""
    listener = reaching.worker(going.worker)
    outbound.place(
        OutboundJob.Kind.TEXT,
        listener.phone,
        purpose="sent",
        subject=f"sent:{going.pk}",
        text=wording.sent(going.request, language=listener.language),
        language=listener.language,
        priority=going.request.priority,
        elder=going.request.elder,
        now=now,
    )


def ask_confirmation(request: ServiceRequest, *, now: datetime) -> bool:
    """Asks the elder after a visit; False when she has no number or is not there to answer."""
    elder = request.elder
    numbers = selectors.numbers_of(elder) if elder else []
    if elder is None or not numbers or elder.status != Elder.Status.PRESENT:
        return False
    message = Message(
        "confirm",
        f"confirm:{request.pk}",
        wording.confirm_call(request, language=elder.language),
        wording.confirm_text(request, language=elder.language),
        priority=request.priority,
        elder=elder,
    )
    reach(reaching.elder(elder, numbers[0]), message, now=now)
    return True


def ring_back(request: ServiceRequest, number: str, *, now: datetime) -> None:
    """No voice contact yet: her number is rung, and whoever answers gets a person.

    Who cannot hear, or prefers to be written to, is written to in the same moment.
    """
    elder = request.elder
    listener = (
        reaching.elder(elder, number) if elder else Listener(number, settings.LANGUAGE_CODE, CALL)
    )
    message = Message(
        "ring_back",
        f"ring_back:{request.pk}",
        wording.ring_back(language=listener.language),
        wording.ring_back_text(language=listener.language),
        priority=request.priority,
        elder=elder,
        attempts=1,
    )
    reach(listener, message, at_once=True, now=now)


def tell_contacts(request: ServiceRequest, elders: list[Elder], *, now: datetime) -> None:
    """Rings the first contact at once; writes to the others, and rings each a while later.

    Somebody whom housemates share is told once. Who says that they are going there ends the
    calls to the others (`replies`).
    """
    contacts = {
        contact.phone: contact for elder in elders for contact in selectors.contacts_to_ring(elder)
    }
    for order, contact in enumerate(contacts.values()):
        listener = reaching.contact(contact)
        message = Message(
            "contact",
            f"contact:{request.pk}",
            wording.contact_call(request, language=listener.language),
            wording.contact_text(request, language=listener.language),
            priority=request.priority,
            elder=request.elder,
        )
        if order == 0:
            reach(listener, message, at_once=True, now=now)
        else:
            reach(listener, message, both=True, rings_after_s=order * NEXT_CONTACT_S, now=now)


def ring_on_call(call: Call, *, now: datetime) -> None:
    """A caller has waited too long: the on-call mobiles ring, and are put through to the desk."""
    for number in settings.ON_CALL_NUMBERS:
        outbound.place(
            OutboundJob.Kind.CALL,
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
        listener = reaching.contact(contact)
        outbound.place(
            OutboundJob.Kind.TEXT,
            contact.phone,
            purpose="waiting",
            subject=f"waiting:{call.pk}",
            text=wording.waiting_call(elder, language=listener.language),
            language=listener.language,
            priority=call.priority,
            elder=elder,
            key=f"waiting:{call.pk}:{contact.phone}",
            now=now,
        )
