"""How what she asked for stands, in one sentence, for whoever rings from a number of hers."""

from datetime import datetime

from dispatch import wording
from dispatch.models import ServiceRequest
from dispatch.pages import visit
from dispatch.states import OPEN, State
from elders.models import Elder

UNDER_WAY = frozenset({State.ASSIGNED, State.EN_ROUTE})


def sentence(elder: Elder, *, now: datetime) -> str:
    """The most pressing of what she has open, the newest of equals; "" where there is nothing.

    Only for a number that is verified: it says what she needs and who comes. "Help is coming"
    is said once somebody has accepted, and a time only from a fix at most three minutes old.
    """
    still_open = ServiceRequest.objects.filter(elder=elder, state__in=OPEN)
    found = sorted(
        still_open.select_related("category", "elder"),
        key=lambda one: (one.is_emergency, one.state in UNDER_WAY, one.pk),
    )
    if not found:
        return ""
    request, language = found[-1], elder.language
    if request.state in UNDER_WAY or request.state == State.ON_SCENE:
        coming = visit.coming(request, now=now)
        if coming is not None:
            there = request.state == State.ON_SCENE
            minutes = coming.minutes if coming.arrives_at is not None else None
            worker = coming.worker.name_in(language)
            if there:
                return wording.is_there(request, worker, language=language)
            return wording.is_coming(request, worker, minutes, language=language)
    if request.is_emergency:
        return wording.have_alarm(language=language)
    if request.state == State.DONE:
        return wording.is_finished(request, language=language)
    if request.state == State.UNFILLED:
        return wording.nobody_yet(request, language=language)
    return wording.looking(request, language=language)
