"""Every sentence that is spoken or texted, in the listener's language.

Rules of the words: a name only to a verified number; "help is coming" only after an acceptance;
before it, "we are looking for somebody"; no health in a text.
"""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Offer, ServiceRequest
from dispatch.speech import saying, spoken
from elders.models import Elder
from providers.models import Category
from telephony.models import Call


@spoken
def greeting(elder: Elder | None, language: str) -> str:
    """A person first: the caller is already waiting for one while this is spoken."""
    return (
        _("Hello %(name)s, this is %(number)s. You are being put through to a person.")
        % {"name": elder.name_in(language), "number": settings.HOTLINE_NUMBER}
        if elder
        else _("Hello, this is %(number)s. You are being put through to a person.")
        % {"number": settings.HOTLINE_NUMBER}
    )


@spoken
def canary(language: str) -> str:
    return _("This number answers.")


@spoken
def menu(orders: dict[str, Category], language: str) -> str:
    offers = [
        _("For %(category)s press %(digit)s.") % {"category": c.name_in(language), "digit": digit}
        for digit, c in sorted(orders.items())
    ]
    return " ".join(
        [
            *offers,
            _("If you feel unwell press 3."),
            _("Or just stay on the line."),
        ]
    )


@spoken
def which_of(elders: list[Elder], language: str) -> str:
    hello = _("Hello, this is %(number)s.") % {"number": settings.HOTLINE_NUMBER}
    choices = [
        _("For %(name)s press %(digit)s.") % {"name": e.name_in(language), "digit": n}
        for n, e in enumerate(elders, start=1)
    ]
    return " ".join([hello, *choices, _("Or just stay on the line.")])


emergency = saying(
    gettext_lazy("We have your alarm. A person is answering you now. Stay where you are.")
)

person = saying(gettext_lazy("A person is coming to the phone. Please stay on the line."))

unwell = saying(
    gettext_lazy("A person will speak with you at once. If we are cut off, we ring you back.")
)


@spoken
def ordered(category: Category, language: str) -> str:
    return _(
        "Your order for %(category)s is taken. We are looking for somebody and will let you know."
        " You can hang up now, or stay on the line to speak with a person."
    ) % {"category": category.name_in(language)}


@spoken
def ordered_before(category: Category, language: str) -> str:
    return _("You have ordered %(category)s already today. A person will ask what you need.") % {
        "category": category.name_in(language)
    }


@spoken
def offer_call(offer: Offer, language: str) -> str:
    """Before acceptance: area and need only."""
    return _(
        "One Number: %(category)s needed in %(area)s, %(minutes)s minutes from you."
        " Press 1 to accept, 2 to decline, 0 to speak with a person."
    ) % _offer(offer, language)


@spoken
def offer_text(offer: Offer, language: str) -> str:
    return _(
        "One Number: %(category)s needed in %(area)s, %(minutes)s minutes from you."
        " Reply 1 to accept, 2 to decline, 0 and we ring you."
    ) % _offer(offer, language)


@spoken
def accepted(offer: Offer, language: str) -> str:
    """After acceptance: name and address. The door code is shown at the door, on the page."""
    request = offer.request
    return _("Thank you. Please go to %(name)s, %(address)s.") % {
        "name": name_of(request, language),
        "address": address_of(request, language),
    }


on_the_line = saying(gettext_lazy("She is on the line. You are put through to her now."))

with_operator = saying(gettext_lazy("A person of ours is speaking with her."))

help_on_the_line = saying(
    gettext_lazy("Help is coming. Who comes to you is on the line, and you are put through now.")
)

hung_up = saying(gettext_lazy("The other side has hung up."))

hung_up_on_her = saying(
    gettext_lazy(
        "The other side has hung up. You can hang up now, or stay on the line to speak with a"
        " person."
    )
)

declined = saying(gettext_lazy("Thank you. We ask somebody else."))

offer_over = saying(gettext_lazy("Thank you, this one has been taken care of already."))


@spoken
def withdrawn(request: ServiceRequest, language: str) -> str:
    return _("One Number: request %(number)s has been taken by somebody else. Thank you.") % {
        "number": request.number
    }


@spoken
def sent(request: ServiceRequest, language: str) -> str:
    """The house has accepted for this worker: the same facts as after an own acceptance."""
    return _(
        "One Number: you are sent to request %(number)s. Please go to %(name)s, %(address)s."
    ) % {
        "number": request.number,
        "name": name_of(request, language),
        "address": address_of(request, language),
    }


@spoken
def confirm_call(request: ServiceRequest, language: str) -> str:
    return _(
        "This is One Number. Your visit for %(category)s is finished. If all is well press 1."
        " To speak with a person press 0."
    ) % {"category": request.category.name_in(language)}


@spoken
def confirm_text(request: ServiceRequest, language: str) -> str:
    return _(
        "One Number: your visit for %(category)s is finished. Reply 1 if all is well, or 0 and we"
        " ring you."
    ) % {"category": request.category.name_in(language)}


@spoken
def read_by_a_person(language: str) -> str:
    """To who wrote to us. No name: whose telephone it is nobody knows."""
    return _("We have your message. A person reads it now. In an emergency ring %(number)s.") % {
        "number": settings.HOTLINE_NUMBER
    }


confirmed = saying(gettext_lazy("Thank you. We wish you a good day."))

ring_back = saying(
    gettext_lazy("This is One Number. We had your alarm. A person is coming to the phone.")
)

ring_back_text = saying(
    gettext_lazy(
        "One Number: we have your alarm and a person is dealing with it. Reply with any digit, or"
        " write to us what you need."
    )
)

replied = saying(gettext_lazy("Thank you. A person of ours has read this."))

rings_you = saying(gettext_lazy("Thank you. A person will ring you."))


@spoken
def machine(language: str) -> str:
    """Anybody may hear what a machine has kept: no name, no need."""
    return _("This is One Number. We rang you. Please ring us back at %(number)s.") % {
        "number": settings.HOTLINE_NUMBER
    }


call_over = saying(gettext_lazy("Thank you for picking up. It has been taken care of already."))


@spoken
def contact_call(request: ServiceRequest, language: str) -> str:
    return _(
        "This is One Number. %(name)s has raised an alarm at %(time)s."
        " Press 1 if you are going there, 2 if you cannot, 0 to speak with our operator."
    ) % {"name": name_of(request, language), "time": _time(request)}


@spoken
def contact_text(request: ServiceRequest, language: str) -> str:
    return _(
        "One Number: %(name)s has raised an alarm at %(time)s. We are dealing with it."
        " Reply 1 if you are going there, 2 if you cannot, or ring %(number)s."
    ) % {
        "name": name_of(request, language),
        "time": _time(request),
        "number": settings.HOTLINE_NUMBER,
    }


contact_going = saying(gettext_lazy("Thank you. Our operator knows that you are going."))

on_call = saying(
    gettext_lazy("One Number: a caller has been waiting for a minute and the desk does not answer.")
)


@spoken
def waiting_call(elder: Elder, language: str) -> str:
    """To a contact: she is on the telephone and nobody has answered her yet."""
    return _(
        "%(name)s has been waiting on the phone of %(number)s for some minutes. We ring her back"
        " as soon as we can. If you can reach her, please ring her now."
    ) % {"name": elder.name_in(language), "number": settings.HOTLINE_NUMBER}


will_ring_back = saying(
    gettext_lazy(
        "We are sorry that you have to wait. You keep your place. If you would rather hang up, we"
        " ring you back."
    )
)

recorded = saying(gettext_lazy("This call is recorded."))

room_is_over = saying(gettext_lazy("The call has ended meanwhile. Thank you for answering."))


def language_of_call(call: Call) -> str:
    """What to speak to the other side of a call in."""
    if known := call.step.get("language"):
        return str(known)
    if call.elder:
        return call.elder.language
    first = Elder.objects.filter(pk__in=call.candidates).first()
    return first.language if first else settings.LANGUAGE_CODE


def name_of(request: ServiceRequest, language: str) -> str:
    """The elder's name, both names of a household's case, or what is known of a stranger."""
    if request.elder:
        return request.elder.name_in(language)
    names = [elder.name_in(language) for elder in request.also.all()]
    return " / ".join(names) or request.known_as


def address_of(request: ServiceRequest, language: str) -> str:
    elder = request.elder or request.also.first()
    if elder is None:
        estimate = request.estimate or {}
        return str(estimate.get("text", ""))
    zh = language.startswith("zh")
    return (elder.address_zh or elder.address) if zh else (elder.address or elder.address_zh)


def area_of(request: ServiceRequest, language: str) -> str:
    """The community the elder lives in: all that is told before an acceptance."""
    elder = request.elder or request.also.first()
    cell = elder and elder.grid
    return cell.name_in(language) if cell else _("your area")


def _offer(offer: Offer, language: str) -> dict[str, object]:
    return {
        "category": offer.request.category.name_in(language),
        "area": area_of(offer.request, language),
        "minutes": max(1, round(offer.eta_s / 60)),
    }


def _time(request: ServiceRequest) -> str:
    return timezone.localtime(request.opened_at).strftime("%H:%M")
