"""Buttons about requests: each calls one verb with what was drawn."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dispatch import closing, intake, notes, offers, ownership, selectors, triage, trials, voice
from dispatch.actors import actor_of
from dispatch.models import ServiceRequest
from dispatch.pages.desk import answers, guard, people, subject
from dispatch.pages.desk.guard import DeskRequest, operators_only
from dispatch.states import Disposition, Priority, Role
from elders.selectors import elders_for
from providers.models import Category

TOP = 3


@require_POST
@operators_only
def create(request: DeskRequest) -> HttpResponse:
    """A new request for the elder on the desk, tied to the call in hand when it is hers."""
    elder_id = guard.number(request.POST, "elder")
    elder = get_object_or_404(elders_for(request.user), pk=elder_id) if elder_id else None
    hand = subject.in_hand(request.user)
    hers = hand and (elder is None or hand.elder_id in (None, elder.pk))
    made = intake.open_request(
        elder=elder,
        category=get_object_or_404(Category, pk=guard.words(request.POST, "category")).pk,
        priority=guard.choice(request.POST, "priority", Priority),
        source=ServiceRequest.Source.OPERATOR,
        by=actor_of(request.user),
        now=timezone.now(),
        note=guard.words(request.POST, "note"),
        known_as="" if elder or hand is None else hand.other_number,
        call=hand if hers else None,
    )
    return answers.redrawn(request, f"request={made.pk}")


@require_POST
@operators_only
def claim(request: DeskRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    ownership.claim(found.pk, by=request.user, now=timezone.now())
    return answers.redrawn(request, f"request={found.pk}")


@require_POST
@operators_only
def offer(request: DeskRequest, pk: int) -> HttpResponse:
    """Dispatches the candidate who was named, from the list as it was drawn (rule 16)."""
    made = offers.offer_to(
        _seen(request, pk).pk,
        guard.needed_number(request.POST, "worker"),
        role=guard.choice(request.POST, "role", Role),
        seq=guard.needed_number(request.POST, "seq"),
        by=actor_of(request.user),
        now=timezone.now(),
    )
    return answers.done(_("%(name)s is asked.") % {"name": people.name(made.worker)})


@require_POST
@operators_only
def offer_best(request: DeskRequest, pk: int) -> HttpResponse:
    """Asks the best three at once; the first who accepts comes."""
    made = offers.make_next(
        _seen(request, pk).pk,
        at_once=TOP,
        seq=guard.needed_number(request.POST, "seq"),
        by=actor_of(request.user),
        now=timezone.now(),
    )
    count = len(made)
    said = ngettext("%(count)d person is asked.", "%(count)d people are asked.", count)
    return answers.done(said % {"count": count} if count else _("Nobody more could be asked."))


@require_POST
@operators_only
def escalate(request: DeskRequest, pk: int) -> HttpResponse:
    reason = guard.words(request.POST, "reason")
    intake.escalate(
        _seen(request, pk).pk, by=actor_of(request.user), now=timezone.now(), reason=reason
    )
    return answers.done()


@require_POST
@operators_only
def close(request: DeskRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    closing.close(
        found.pk,
        by=actor_of(request.user),
        now=timezone.now(),
        disposition=guard.choice(request.POST, "disposition", Disposition),
        reason=guard.words(request.POST, "reason"),
        seen_by=guard.words(request.POST, "seen_by", most=120),
        spoken=request.POST.get("spoken") == "1",
        seq=guard.number(request.POST, "seq"),
    )
    return answers.done(_("Request %(number)s is closed.") % {"number": found.number})


@require_POST
@operators_only
def test(request: DeskRequest, pk: int) -> HttpResponse:
    """She has said that she tried her button."""
    found = _seen(request, pk)
    seq = guard.needed_number(request.POST, "seq")
    trials.mark(found, seq=seq, by=request.user, now=timezone.now())
    return answers.done(_("The button is tested; request %(n)s is closed.") % {"n": found.number})


@require_POST
@operators_only
def cancel(request: DeskRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    reason = guard.words(request.POST, "reason")
    closing.cancel(found.pk, by=actor_of(request.user), now=timezone.now(), reason=reason)
    return answers.done(_("Request %(number)s is cancelled.") % {"number": found.number})


@require_POST
@operators_only
def reopen(request: DeskRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    reason = guard.words(request.POST, "reason", needed=True)
    closing.reopen(found.pk, by=actor_of(request.user), now=timezone.now(), reason=reason)
    return answers.redrawn(request, f"request={found.pk}")


@require_POST
@operators_only
def note(request: DeskRequest, pk: int) -> HttpResponse:
    """Writes the note down and draws the panel anew, so that the field empties with it."""
    found = _seen(request, pk)
    text = guard.words(request.POST, "text", needed=True)
    notes.write(found.pk, text, by=actor_of(request.user), now=timezone.now())
    notes.forget_draft(found, by=request.user)
    fresh = subject.of_request(request.user, _seen(request, pk))
    return render(request, "console/case.html", answers.panel(request, fresh))


@require_POST
@operators_only
def draft(request: DeskRequest, pk: int) -> HttpResponse:
    """Keeps what is being typed, as it is typed."""
    text = guard.words(request.POST, "text")
    notes.keep_draft(_seen(request, pk), text, by=request.user, now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def triaged(request: DeskRequest, pk: int) -> HttpResponse:
    """A reason that was chosen, or an answer; kept at once, and drawn at once."""
    found, by, now = _seen(request, pk), actor_of(request.user), timezone.now()
    if reason := guard.words(request.POST, "reason"):
        triage.choose(found.pk, reason, by=by, now=now)
    else:
        word = guard.choice(request.POST, "answer", triage.Answer)
        triage.answer(found.pk, guard.words(request.POST, "question"), word, by=by, now=now)
    fresh = subject.of_request(request.user, _seen(request, pk))
    return render(request, "console/case.html", answers.panel(request, fresh))


@require_POST
@operators_only
def spoke(request: DeskRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    voice.spoke(found.pk, _("Spoke with her"), by=request.user, now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def ring(request: DeskRequest, pk: int) -> HttpResponse:
    """Rings somebody around the request: the number must be one that its card shows."""
    found = _seen(request, pk)
    who = people.around(found, guard.words(request.POST, "number", needed=True))
    voice.ring(
        found.pk,
        who.number,
        name=who.name,
        name_zh=who.name_zh,
        by=request.user,
        now=timezone.now(),
    )
    return answers.done(_("Ringing %(name)s.") % {"name": people.name(who)})


def _seen(request: DeskRequest, pk: int) -> ServiceRequest:
    return get_object_or_404(selectors.requests_for(request.user), pk=pk)
