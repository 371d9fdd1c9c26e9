"""What every webhook shares: 403 for who is not Twilio, the first answer again for a repeat, and
always an answer. If ours breaks, the caller is put through to a number that needs nothing of ours.
"""

import logging
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from telephony.carriers.twilio import signature
from telephony.carriers.twilio.forms import Hook
from telephony.errors import CallError
from telephony.models import WebhookAnswer

log = logging.getLogger(__name__)

Answer = Callable[..., str]
View = Callable[..., HttpResponse]
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def webhook(instead: Callable[[Hook], str], late: str = NOTHING) -> Callable[[Answer], View]:
    """A view that answers a `Hook` with XML; `late` answers what comes after a call's end, and
    `instead` what our own software fails at."""

    def decorate(answer: Answer) -> View:
        @csrf_exempt
        @require_POST
        @wraps(answer)
        def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
            if not settings.TWILIO_ACCOUNT_SID:
                raise Http404
            if not signature.is_genuine(request):
                log.warning("a webhook was not signed by Twilio")
                return HttpResponseForbidden()
            hook = Hook.of(request)
            try:
                body = answer(hook, *args, **kwargs)
            except CallError as end:
                log.info("a webhook came late: %s", end.code)
                body = late
            except Exception:
                log.exception("A webhook of Twilio failed; the safe answer is given")
                body = instead(hook)
            return HttpResponse(body, content_type="text/xml")

        return guarded

    return decorate


def once(hook: Hook, fact: str, answer: Callable[[], str]) -> str:
    """The answer to `fact`, worked out once: "" has no name but the token of the request.

    A repeat comes with the same token, or as the same step of the same leg; both find it. Without
    the store a repeat would still change nothing (`telephony.events`).
    """
    names = [f"token/{hook.token}"] if hook.token else []
    names += [f"fact/{hook.sid}/{fact}"] if fact and hook.sid else []
    stored = WebhookAnswer.objects.filter(key__in=names).first() if names else None
    if stored:
        return stored.body
    body = answer()
    rows = [WebhookAnswer(key=name, body=body, at=timezone.now()) for name in names]
    WebhookAnswer.objects.bulk_create(rows, ignore_conflicts=True)
    return body
