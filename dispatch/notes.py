"""What somebody at the desk wants remembered about a request."""

from datetime import datetime

from django.db import transaction

from dispatch import transitions
from dispatch.actors import Actor
from dispatch.models import ServiceRequest
from dispatch.states import Kind


def write(request_id: int, text: str, *, by: Actor, now: datetime) -> ServiceRequest:
    """Puts `text` into the log, with whose words it is; it changes nothing else."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        transitions.advance(request, Kind.NOTED, by=by, now=now, data={"text": text})
        return request
