"""An operator's voice: ringing people around a request, and stating who was spoken with."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import emergencies, transitions
from dispatch.actors import actor_of
from dispatch.errors import DispatchError
from dispatch.models import ServiceRequest
from dispatch.states import Kind
from elders.models import User
from telephony import outbound
from telephony.models import OutboundJob


def spoke(request_id: int, text: str, *, by: User, now: datetime) -> None:
    """The operator states having spoken with somebody there: the search for a voice ends."""
    with transaction.atomic():
        request = _open(request_id)
        emergencies.heard_voice(request.pk, by=by, now=now)
        _note(request, {"text": text, "voice": True}, by=by, now=now)


def ring(
    request_id: int, number: str, *, name: str, name_zh: str, by: User, now: datetime
) -> OutboundJob:
    """Rings somebody around the request and puts `by` through; the log keeps who was rung."""
    with transaction.atomic():
        request = _open(request_id)
        _note(request, {"rang": {"name": name, "name_zh": name_zh}}, by=by, now=now)
        return outbound.place(
            OutboundJob.Kind.CALL,
            number,
            purpose="ring",
            subject=f"ring:{request.pk}",
            priority=request.priority,
            elder=request.elder,
            operator=by,
            max_attempts=1,
            now=now,
        )


def _open(request_id: int) -> ServiceRequest:
    request = transitions.hold(request_id)
    if not request.is_open:
        raise DispatchError("wrong_state", _("This request has ended."), state=request.state)
    return request


def _note(request: ServiceRequest, data: dict[str, Any], *, by: User, now: datetime) -> None:
    transitions.advance(request, Kind.NOTED, by=actor_of(by), now=now, data=data)
