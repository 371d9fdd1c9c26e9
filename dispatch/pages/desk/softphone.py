"""The operator's telephone in the browser: how it registers, and having it rung anew."""

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.pages.desk import answers
from dispatch.pages.desk.guard import DeskRequest, operators_only
from telephony import telephones


@require_GET
@never_cache
@operators_only
def register(request: DeskRequest) -> HttpResponse:
    """`{"telephones": [{"kind", …}], "in_call": bool}`: secrets of this operator's own, fresh."""
    in_call = bool(telephones.conversations(request.user))
    return JsonResponse({"telephones": telephones.of(request.user), "in_call": in_call})


@require_POST
@operators_only
def ring(request: DeskRequest) -> HttpResponse:
    """The telephone was lost, the caller is still there: it rings again."""
    telephones.ring_again(request.user)
    return answers.done(_("Your telephone rings."))
