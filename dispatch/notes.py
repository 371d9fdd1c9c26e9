"""What somebody at the desk wants remembered about a request, and what is still being written."""

from datetime import datetime

from django.db import transaction

from dispatch import transitions
from dispatch.actors import Actor
from dispatch.live import pokes
from dispatch.models import NoteDraft, ServiceRequest
from dispatch.states import Kind
from elders.models import User


def write(request_id: int, text: str, *, by: Actor, now: datetime) -> ServiceRequest:
    """Puts `text` into the log, with whose words it is; it changes nothing else."""
    with transaction.atomic():
        request = transitions.hold(request_id)
        transitions.advance(request, Kind.NOTED, by=by, now=now, data={"text": text})
        return request


def keep_draft(request: ServiceRequest, text: str, *, by: User, now: datetime) -> None:
    """Keeps what `by` has typed so far: neither a closed browser nor a dead machine loses it.

    An empty text forgets it. Colleagues on the same request hear when somebody begins or stops.
    """
    if not text:
        forget_draft(request, by=by)
        return
    row = {"text": text, "at": now}
    _draft, begun = NoteDraft.objects.update_or_create(user=by, request=request, defaults=row)
    if begun:
        pokes.after_commit(f"request:{request.pk}", request.seq)


def forget_draft(request: ServiceRequest, *, by: User) -> None:
    gone, _rows = NoteDraft.objects.filter(user=by, request=request).delete()
    if gone:
        pokes.after_commit(f"request:{request.pk}", request.seq)
