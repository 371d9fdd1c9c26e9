"""What is said to and about a worker who may be in danger."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import wording
from dispatch.models import Assignment
from dispatch.presses import Press
from dispatch.speech import saying, spoken
from providers.models import Worker


@spoken
def note(worker: Worker, visit: Assignment | None, language: str) -> str:
    """For the desk: who, of which house, and at whose place."""
    parts = [
        _("Panic button of %(worker)s, %(house)s, %(phone)s.")
        % {
            "worker": worker.name_in(language),
            "house": worker.provider.name_in(language),
            "phone": worker.phone,
        }
    ]
    if visit is not None:
        parts.append(
            _("Visit %(number)s: %(name)s, %(address)s.")
            % {
                "number": visit.request.number,
                "name": wording.name_of(visit.request, language),
                "address": wording.address_of(visit.request, language),
            }
        )
    return " ".join(parts)


def late(press: Press, *, now: datetime) -> str:
    """For the desk: when it was pressed, if that is not just now; else ""."""
    if not press.is_late(now=now):
        return ""
    clock = timezone.localtime(press.at).strftime("%m-%d %H:%M")
    return _pressed(clock, language=settings.LANGUAGE_CODE)


@spoken
def _pressed(clock: str, language: str) -> str:
    return _("Pressed at %(at)s, without a line until now.") % {"at": clock}


@spoken
def overdue_call(visit: Assignment, language: str) -> str:
    return _(
        "One Number: your visit to %(name)s lasts longer than planned. If you are well press 1,"
        " to speak with a person press 0."
    ) % {"name": wording.name_of(visit.request, language)}


@spoken
def overdue_text(visit: Assignment, language: str) -> str:
    return _(
        "One Number: your visit to %(name)s lasts longer than planned. Reply 1 if you are well,"
        " 0 and we ring you."
    ) % {"name": wording.name_of(visit.request, language)}


overdue_thanks = saying(gettext_lazy("Thank you. Take the time that you need."))
