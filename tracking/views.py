"""Where devices reach us over HTTP. The middleware in `config` answers what is refused."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracking.models import Protocol
from tracking.protocols import osmand
from tracking.reception import Sender, receive


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def receive_osmand(request: HttpRequest) -> JsonResponse:
    """`/positions/osmand`: query, form or JSON; 2xx means committed."""
    messages = osmand.decode(
        request.META.get("QUERY_STRING", ""),
        # Not `request.body`, which refuses what is long, and with it the alarm in it.
        request.read(osmand.MAX_BODY + 1),
        request.META.get("CONTENT_TYPE", ""),
        zone=timezone.get_default_timezone(),
    )
    sender = Sender(
        protocol=Protocol.OSMAND,
        token=request.headers.get("Authorization", "").removeprefix("Bearer ").strip(),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    receipt = receive(messages, sender=sender, now=timezone.now())
    return JsonResponse(receipt.as_json())
