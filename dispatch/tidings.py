"""How what she asked for stands, in one sentence, for whoever rings from a number of hers."""

from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.models import ServiceRequest
from dispatch.pages import visit
from dispatch.speech import spoken
from dispatch.states import OPEN, Priority, State
from elders.models import Elder

UNDER_WAY = frozenset({State.ASSIGNED, State.EN_ROUTE})


def sentence(elder: Elder, *, now: datetime) -> str:
    """The most pressing of what she has open, the newest of equals; "" where there is nothing.

    Only for a number that is verified: it says what she needs and who comes. "Help is coming"
    is said once somebody has accepted, and a time only from a fix at most three minutes old.
    """
    still_open = ServiceRequest.objects.filter(elder=elder, state__in=OPEN)
    found = [
        (priority == Priority.EMERGENCY, state in UNDER_WAY, pk)
        for priority, state, pk in still_open.order_by().values_list("priority", "state", "pk")
    ]
    if not found:
        return ""
    rows = ServiceRequest.objects.select_related("category", "elder")
    request, language = rows.get(pk=max(found)[-1]), elder.language
    if request.state in UNDER_WAY or request.state == State.ON_SCENE:
        coming = visit.coming(request, now=now)
        if coming is not None:
            there = request.state == State.ON_SCENE
            minutes = coming.minutes if coming.arrives_at is not None else None
            worker = coming.worker.name_in(language)
            if there:
                return _is_there(request, worker, language=language)
            return _is_coming(request, worker, minutes, language=language)
    if request.is_emergency:
        return _have_alarm(language=language)
    if request.state == State.DONE:
        return _is_finished(request, language=language)
    if request.state == State.UNFILLED:
        return _nobody_yet(request, language=language)
    return _looking(request, language=language)


@spoken
def _looking(request: ServiceRequest, language: str) -> str:
    """Before an acceptance nobody is promised."""
    return _("Your order for %(category)s: we are looking for somebody.") % _for(request, language)


@spoken
def _nobody_yet(request: ServiceRequest, language: str) -> str:
    return _(
        "Your order for %(category)s: nobody is free yet, and one of us is looking for somebody."
    ) % _for(request, language)


@spoken
def _is_coming(request: ServiceRequest, worker: str, minutes: int | None, language: str) -> str:
    facts = _for(request, language) | {"worker": worker, "minutes": minutes}
    if minutes is None:
        return _("Help is coming: %(worker)s has taken your order for %(category)s.") % facts
    if minutes <= 1:
        return _("Help is coming: %(worker)s, for %(category)s, in about a minute.") % facts
    return _("Help is coming: %(worker)s, for %(category)s, in about %(minutes)s minutes.") % facts


@spoken
def _is_there(request: ServiceRequest, worker: str, language: str) -> str:
    return _("%(worker)s is with you now, for %(category)s.") % (
        _for(request, language) | {"worker": worker}
    )


@spoken
def _is_finished(request: ServiceRequest, language: str) -> str:
    return _("Your visit for %(category)s is finished.") % _for(request, language)


@spoken
def _have_alarm(language: str) -> str:
    return _("We have your alarm and are looking after it.")


def _for(request: ServiceRequest, language: str) -> dict[str, object]:
    return {"category": request.category.name_in(language)}
