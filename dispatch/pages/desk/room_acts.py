"""Buttons about a conversation: hold, who else comes into it, passing it on, listening in."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch import conversation, presence
from dispatch.pages.desk import answers, guard
from dispatch.pages.desk.guard import DeskRequest, operators_only, supervisors_only
from elders.models import User
from telephony import agents, rooms
from telephony.models import Call, Party
from telephony.selectors import calls_for


@require_POST
@operators_only
def hold(request: DeskRequest, pk: int) -> HttpResponse:
    """What was drawn is what it does: `on` is "1" or "0"."""
    on = guard.needed_number(request.POST, "on") == 1
    conversation.hold(_seen(request, pk).pk, on=on, by=request.user, now=timezone.now())
    return answers.done(_("On hold.") if on else _("You speak again."))


@require_POST
@operators_only
def add(request: DeskRequest, pk: int) -> HttpResponse:
    """Rings a contact, a service or any other number into the conversation."""
    number = guard.words(request.POST, "number", most=32, needed=True)
    call = _seen(request, pk)
    party = conversation.add(call, number, by=request.user, now=timezone.now())
    return answers.done(_("Ringing %(name)s.") % {"name": party.who})


@require_POST
@operators_only
def invite(request: DeskRequest, pk: int) -> HttpResponse:
    to = _colleague(request)
    rooms.invite(_seen(request, pk).pk, to=to, by=request.user, now=timezone.now())
    return answers.done(_("%(name)s is asked to join.") % {"name": to})


@require_POST
@operators_only
def join(request: DeskRequest, pk: int) -> HttpResponse:
    call = _seen(request, pk)
    rooms.join(call.pk, by=request.user, now=timezone.now())
    return answers.redrawn(request, f"call={call.pk}")


@require_POST
@operators_only
def pass_on(request: DeskRequest, pk: int) -> HttpResponse:
    to = _colleague(request)
    rooms.pass_on(_seen(request, pk).pk, to=to, by=request.user, now=timezone.now())
    return answers.done(_("%(name)s has the call now.") % {"name": to})


@require_POST
@operators_only
def leave(request: DeskRequest, pk: int) -> HttpResponse:
    rooms.leave(_seen(request, pk).pk, by=request.user, now=timezone.now())
    return answers.done(_("You have left the call."))


@require_POST
@supervisors_only
def listen(request: DeskRequest, pk: int) -> HttpResponse:
    mode = guard.words(request.POST, "mode", most=10) or Party.Mode.LISTEN
    if mode not in Party.Mode.values:
        raise guard.bad("mode", _("Please choose one."))
    call = _seen(request, pk)
    rooms.listen(call.pk, by=request.user, mode=mode, now=timezone.now())
    return answers.redrawn(request, f"call={call.pk}")


@require_POST
@operators_only
def agent(request: DeskRequest) -> HttpResponse:
    """Ready, or away with a reason."""
    state = guard.words(request.POST, "state", most=10)
    reason = guard.words(request.POST, "reason", most=40)
    agents.choose(request.user, state, reason=reason, now=timezone.now())
    return answers.told_all()


def _seen(request: DeskRequest, pk: int) -> Call:
    return get_object_or_404(calls_for(request.user), pk=pk)


def _colleague(request: DeskRequest) -> User:
    return get_object_or_404(presence.operators(), pk=guard.number(request.POST, "to"))
