"""What a person does with the list of an outage: rings, writes down, sends somebody."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dispatch import intake
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.live import pokes
from dispatch.models import OutageElder, ServiceRequest
from dispatch.states import Priority
from elders.models import User

State = OutageElder.State


def reached(line: OutageElder, outcome: str, *, by: User, now: datetime) -> None:
    """Somebody has spoken with her, or has seen her."""
    _move(line, state=State.DONE, outcome=outcome or "well", by=by, at=now)


def unreached(line: OutageElder, *, by: User, now: datetime) -> None:
    """She did not answer: she comes again, after those who were not rung yet."""
    _move(line, state=State.UNREACHED, tries=F("tries") + 1, by=by, at=now)


def send(line: OutageElder, *, by: User, now: datetime) -> ServiceRequest:
    """Somebody goes and looks: a request like any other, which ends the line when it ends."""
    with transaction.atomic():
        request = intake.open_request(
            elder=line.elder,
            category=intake.DEFAULT_CATEGORY,
            priority=Priority.URGENT,
            source=ServiceRequest.Source.OPERATOR,
            by=actor_of(by),
            now=now,
            note=_("Her device is not heard. Please look whether she is well."),
            dedupe=f"outage:{line.outage_id}:{line.elder_id}",
        )
        _move(line, state=State.VISIT, request=request, by=by, at=now)
    return request


def _move(line: OutageElder, **changes: object) -> None:
    """A line that a colleague has just finished stays so."""
    hit = OutageElder.objects.filter(pk=line.pk).exclude(state=State.DONE).update(**changes)
    if not hit:
        raise DispatchError("wrong_state", _("A colleague has seen to it already."))
    pokes.after_commit("console")
