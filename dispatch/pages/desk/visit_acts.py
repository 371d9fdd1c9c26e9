"""Buttons about visits and hand-overs: what an operator records for others, with a name on it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch import assignments, handovers, selectors
from dispatch.actors import actor_of
from dispatch.models import Assignment
from dispatch.pages.desk import answers, guard
from dispatch.pages.desk.guard import DeskRequest, operators_only


@require_POST
@operators_only
def depart(request: DeskRequest, pk: int) -> HttpResponse:
    assignments.depart(_visit(request, pk).pk, by=actor_of(request.user), now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def arrive(request: DeskRequest, pk: int) -> HttpResponse:
    evidence = guard.words(request.POST, "evidence", most=200) or _("reported by telephone")
    assignments.arrive(
        _visit(request, pk).pk, by=actor_of(request.user), now=timezone.now(), evidence=evidence
    )
    return answers.done()


@require_POST
@operators_only
def finish(request: DeskRequest, pk: int) -> HttpResponse:
    left = guard.words(request.POST, "note")
    assignments.finish(
        _visit(request, pk).pk, by=actor_of(request.user), now=timezone.now(), note=left
    )
    return answers.done()


@require_POST
@operators_only
def release(request: DeskRequest, pk: int) -> HttpResponse:
    why = guard.words(request.POST, "why", most=200) or _("released by the desk")
    assignments.release(
        _visit(request, pk).pk, by=actor_of(request.user), now=timezone.now(), why=why
    )
    return answers.done(_("Released. The next one is asked."))


@require_POST
@operators_only
def hand_over(request: DeskRequest, pk: int) -> HttpResponse:
    """120, 110 or 119 is rung; their number follows the elder's grid cell.

    With a reference of theirs it was told already, and is not rung.
    """
    found = get_object_or_404(selectors.requests_for(request.user), pk=pk)
    reference = guard.words(request.POST, "reference", most=80)
    made = handovers.make(
        found.pk,
        service=guard.words(request.POST, "service", most=40, needed=True),
        by=request.user,
        now=timezone.now(),
        reference=reference,
        ring=not reference,
    )
    said = _("%(number)s is rung and hears a summary. It stays here until they confirm.")
    return answers.done(said % {"number": made.number})


@require_POST
@operators_only
def end_hand_over(request: DeskRequest, pk: int) -> HttpResponse:
    handover = get_object_or_404(selectors.handovers_for(request.user), pk=pk)
    handovers.end(
        handover.pk,
        by=request.user,
        now=timezone.now(),
        outcome=guard.words(request.POST, "outcome", most=200, needed=True),
        reference=guard.words(request.POST, "reference", most=80),
    )
    return answers.done()


def _visit(request: DeskRequest, pk: int) -> Assignment:
    return get_object_or_404(selectors.assignments_for(request.user), pk=pk)
