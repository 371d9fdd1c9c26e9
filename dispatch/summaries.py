"""What another service is told of a request when it is handed over."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.models import ServiceRequest
from dispatch.speech import in_use, spoken
from dispatch.states import State
from dispatch.wording import address_of
from elders.models import Elder


@spoken
def summary(request: ServiceRequest, language: str) -> str:
    """For the control room of another service: who, where, how to get in, whom to ring."""
    people = [_person(elder, language) for elder in request.people]
    place = (request.estimate or {}).get("text", "") if request.is_emergency else ""
    ways_in = {in_use(elder.access_notes) for elder in request.people if elder.access_notes}
    urgent = _("emergency") if request.is_emergency else _("request")
    facts = [
        _("This is One Number, the service for older people, number %(number)s.")
        % {"number": settings.HOTLINE_NUMBER},
        _("%(kind)s %(number)s: %(category)s.")
        % {
            "kind": urgent,
            "number": request.number,
            "category": request.category.name_in(language),
        },
        *(people or [request.known_as]),
        _("Address: %(address)s.") % {"address": address_of(request, language)},
        place,
        *sorted(ways_in),
        _unanswered(request, language),
        _("One of us is on the line or rings you."),
    ]
    return " ".join(filter(None, facts))


def _unanswered(request: ServiceRequest, language: str) -> str:
    """Of a visit that lasts too long: who went in, and how to ring them; else ""."""
    visit = selectors.active_assignment(request)
    if visit is None or not selectors.clock_of(request, rounds__gt=0).exists():
        return ""
    since = visit.on_scene_at
    if request.state != State.ON_SCENE or since is None:
        return ""
    return _("Our worker %(name)s, %(phone)s, went in at %(at)s and does not answer.") % {
        "name": visit.worker.name_in(language),
        "phone": visit.worker.phone,
        "at": timezone.localtime(since).strftime("%H:%M"),
    }


def _person(elder: Elder, language: str) -> str:
    sex = {Elder.Sex.FEMALE: _("woman"), Elder.Sex.MALE: _("man")}.get(Elder.Sex(elder.sex), "")
    born = _("born in %(year)s") % {"year": elder.born.year} if elder.born else ""
    return ", ".join(filter(None, [elder.name_in(language), sex, born])) + "."
