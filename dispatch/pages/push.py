"""`/push/`: a browser of a worker or a relative asks to be told what is new, or no longer."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dispatch.pages.gates import KnownRequest
from elders import roles
from elders.models import User
from elders.roles import Role
from providers.selectors import worker_of
from telephony import subscriptions


@require_POST
@login_required
def subscribe(request: KnownRequest) -> HttpResponse:
    """`endpoint`, `p256dh` and `auth`, as the browser made them; 204."""
    user = _may(request)
    said = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    subscriptions.keep(user, **said, now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@login_required
def unsubscribe(request: KnownRequest) -> HttpResponse:
    subscriptions.drop(_may(request), endpoint=request.POST.get("endpoint", ""))
    return HttpResponse(status=204)


def _may(request: KnownRequest) -> User:
    user = request.user
    if worker_of(user) is None and Role.FAMILY not in roles.of(user):
        raise PermissionDenied
    if not subscriptions.is_on():
        raise Http404
    return user
