"""`/positions/…` through Django, for hosts that serve without an event loop: replay and tests."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from tracking import endpoints, reception
from tracking.endpoints import Answer, Request
from tracking.errors import TrackingError


@csrf_exempt
@never_cache
def receive(request: HttpRequest, name: str) -> HttpResponse:
    """The same answers as from the bare route."""
    answer = _answer(name, request)
    return HttpResponse(
        answer.body(), "application/json", status=answer.status, headers=answer.headers
    )


def _answer(name: str, request: HttpRequest) -> Answer:
    endpoint = endpoints.ENDPOINTS[name]
    said = Request(
        method=request.method or "",
        query=request.META.get("QUERY_STRING", ""),
        # Not `request.body`, which refuses what is long, and with it the alarm in it.
        body=request.read(endpoints.MAX_BODY + 1),
        headers={name.lower(): value for name, value in request.headers.items()},
        address=request.META.get("REMOTE_ADDR", ""),
    )
    if refusal := endpoints.wrong_verb(endpoint, said):
        return refusal
    messages, sender = endpoint.read(said, timezone.get_default_timezone())
    try:
        receipt = reception.receive(messages, sender=sender, now=timezone.now())
    except TrackingError as error:
        return endpoints.refused(error)
    return Answer(200, endpoint.told(receipt))
