"""Buttons about the desk itself: a notice dealt with, and leaving."""

from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch import desk, notices, presence, selectors
from dispatch.pages.desk import answers, guard
from dispatch.pages.desk.guard import DeskRequest, operators_only


@require_POST
@operators_only
def notice_done(request: DeskRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(selectors.notices_for(request.user), pk=pk)
    notices.done(notice.pk, by=request.user, now=timezone.now())
    return answers.done()


@require_POST
@operators_only
def sign_out(request: DeskRequest) -> HttpResponse:
    """Leaves the desk; what is in hand goes to the colleague who is named."""
    to = guard.number(request.POST, "to")
    colleague = get_object_or_404(presence.operators(), pk=to) if to else None
    desk.sign_out(request.user, to=colleague, now=timezone.now())
    presence.gone(request.user)
    logout(request)
    answer = HttpResponse(_("Signed out."))
    answer["HX-Redirect"] = "/sign-in/"
    return answer
