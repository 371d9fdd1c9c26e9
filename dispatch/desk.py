"""An operator at the desk: a live console keeps calls and requests, signing out hands them over."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import answering, clocks, connections, emergencies, notices, ownership, presence
from dispatch.errors import DispatchError
from dispatch.models import RequestCall, ServiceRequest
from dispatch.states import OPEN
from elders import roles
from elders.models import User
from telephony import agents, callbacks
from telephony import desk as calls
from telephony.models import Call, CallBack


def renew(user: User, *, now: datetime) -> None:
    """A sign of life from a console: every lease of `user` runs from now."""
    if roles.is_operator(user):
        calls.renew_lease(user, now=now)
        ownership.renew(user, now=now)
        presence.seen(user)
        agents.seen(user, now=now)


def take(call_id: int, *, by: User, now: datetime) -> Call:
    """Takes a waiting call and speaks at once; the emergency it is about is taken with it.

    Speaking on her own line is the voice contact that rule 15 asks for; a contact's or a worker's
    voice is not.
    """
    calls.claim(call_id, by=by, now=now)
    call = calls.talk(call_id, by=by, now=now)
    notices.settle(call=call, now=now)
    connections.stop(call, now=now)
    for waited in call.callbacks.filter(reason="waited", reached_at=None):
        reached(waited.pk, by=by, now=now, outcome="answered")  # what was promised is kept
    for request in about(call):
        if emergencies.may_hear_her(call):
            emergencies.heard_voice(request.pk, by=by, now=now)
        if request.owner_id is None:
            ownership.claim(request.pk, by=by, now=now)
    return call


def promise(call: Call, *, now: datetime) -> CallBack:
    """An operator promises the other side of `call` to ring back: on the list, with its clock."""
    with transaction.atomic():
        callback = callbacks.open_callback(call, reason="promised", now=now)
        answering.watch_callback(callback, now=now)
        return callback


def reached(callback_id: int, *, by: User, now: datetime, outcome: str = "") -> CallBack:
    """A person spoke with whoever was to be rung back: off the list, and its clock stops."""
    callback = callbacks.reached(callback_id, by=by, outcome=outcome, now=now)
    clocks.clear(callback=callback, now=now)
    notices.settle(callback=callback, now=now)
    if callback.call and emergencies.may_hear_her(callback.call):
        for request in about(callback.call):
            emergencies.heard_voice(request.pk, by=by, now=now)
    return callback


def sign_out(user: User, *, to: User | None = None, now: datetime) -> None:
    """Leaves the desk. What is in hand goes to the colleague `to`, without whom it is refused."""
    with transaction.atomic():
        mine = ServiceRequest.objects.filter(owner=user, state__in=OPEN, owner_until__gt=now)
        if mine.exists() and to is None:
            raise DispatchError(
                "handover_needed",
                _("You have open requests: name a colleague who takes them."),
                fields={"to": _("Who takes them?")},
            )
        calls.sign_out(user, to=to, now=now)
        for request in mine:
            ownership.give_back(request.pk, now=now, why="handed over", by=user)
            if to is not None:
                ownership.claim(request.pk, by=to, now=now)


def about(call: Call) -> list[ServiceRequest]:
    """The open requests this call opened or joined, or that a ring-back was placed for."""
    linked = RequestCall.objects.filter(call=call, request__state__in=OPEN)
    found = {link.request for link in linked.select_related("request")}
    what, _colon, key = (call.job.subject if call.job else "").partition(":")
    if what in ("ring_back", "contact", "confirm") and key.isdigit():
        found |= set(ServiceRequest.objects.filter(pk=key, state__in=OPEN))
    if call.elder_id:
        found |= set(
            ServiceRequest.objects.filter(elder=call.elder_id, state__in=OPEN, priority="emergency")
        )
    return sorted(found, key=lambda request: request.pk)
