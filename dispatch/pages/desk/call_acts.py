"""Buttons about calls and call-backs: each calls one verb."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch import desk, presence
from dispatch.pages import labels
from dispatch.pages.desk import answers, guard
from dispatch.pages.desk.guard import DeskRequest, operators_only
from telephony import callbacks
from telephony import desk as calls
from telephony.selectors import callbacks_for, calls_for


@require_POST
@operators_only
def take(request: DeskRequest, pk: int) -> HttpResponse:
    """Answers the call that was drawn; what it is about is laid on the desk."""
    call = get_object_or_404(calls_for(request.user), pk=pk)
    desk.take(call.pk, by=request.user, now=timezone.now())
    return answers.redrawn(request, f"call={call.pk}")


@require_POST
@operators_only
def hang_up(request: DeskRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(calls_for(request.user), pk=pk)
    calls.hang_up(call.pk, by=request.user, now=timezone.now())
    return answers.done(_("Hung up."))


@require_POST
@operators_only
def wrap_up(request: DeskRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(calls_for(request.user), pk=pk)
    outcome = guard.words(request.POST, "disposition", most=30, needed=True)
    if outcome not in labels.CALL_OUTCOMES:
        raise guard.bad("disposition", _("Please choose one."))
    calls.wrap_up(call.pk, by=request.user, disposition=outcome, now=timezone.now())
    return answers.done(_("Wrapped up."))


@require_POST
@operators_only
def transfer(request: DeskRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(calls_for(request.user), pk=pk)
    to = get_object_or_404(presence.operators(), pk=guard.number(request.POST, "to"))
    calls.transfer(call.pk, to=to, by=request.user, now=timezone.now())
    return answers.done(_("%(name)s has the call now.") % {"name": to})


@require_POST
@operators_only
def promise(request: DeskRequest, pk: int) -> HttpResponse:
    """Promises to ring back: on the list, with its clock."""
    call = get_object_or_404(calls_for(request.user), pk=pk)
    desk.promise(call, now=timezone.now())
    return answers.done(_("On the list of call-backs."))


@require_POST
@operators_only
def ring_back(request: DeskRequest, pk: int) -> HttpResponse:
    callback = get_object_or_404(callbacks_for(request.user), pk=pk)
    calls.ring_back(callback.pk, by=request.user, now=timezone.now())
    return answers.done(_("Ringing %(number)s.") % {"number": callback.number})


@require_POST
@operators_only
def reached(request: DeskRequest, pk: int) -> HttpResponse:
    callback = get_object_or_404(callbacks_for(request.user), pk=pk)
    outcome = guard.words(request.POST, "outcome", most=200)
    desk.reached(callback.pk, by=request.user, outcome=outcome, now=timezone.now())
    return answers.done(_("Off the list."))


@require_POST
@operators_only
def tried(request: DeskRequest, pk: int) -> HttpResponse:
    """Rung by other means, in vain: it stays, and is due again."""
    callback = get_object_or_404(callbacks_for(request.user), pk=pk)
    callbacks.tried(callback.pk, now=timezone.now())
    return answers.done(_("It stays on the list."))
