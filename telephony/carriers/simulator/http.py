"""What the simulator's views share: being there only when it is on, and the call's shape."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from telephony import rooms
from telephony.carriers.simulator.carrier import Simulator
from telephony.errors import CallError
from telephony.events import Reply
from telephony.models import Call, Party

View = Callable[..., HttpResponse]


def simulated(*methods: str) -> Callable[[View], View]:
    """A view of the simulator: no page's form, so no CSRF token; not there when it is off."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @require_http_methods(methods)
        @wraps(view)
        def guarded(request: HttpRequest, *args: int, **kwargs: int) -> HttpResponse:
            if not settings.SIMULATOR:
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def answer(reply: Reply, *, status: int = 200) -> HttpResponse:
    return JsonResponse(reply.as_json(), status=status)


def heard(after: int | None, reply: Reply) -> HttpResponse:
    """The reply, with everything since the handset's own cursor when it named one."""
    if after is None or reply.call is None:
        return answer(reply)
    call = call_of(reply.call)
    return answer(Reply(call.pk, call.state, call.script_after(after), call.cursor))


def conversation(call: Call) -> dict[str, object]:
    """What a handset shows of the room: since when she hears music, and who is there."""
    room = Call.objects.filter(pk=call.step.get("room", call.pk)).first() or call
    there = rooms.present(room).filter(joined_at__isnull=False).exclude(job__calls=call)
    told: dict[str, object] = {}
    if call.held_at:
        told["held_at"] = call.held_at.isoformat()
    if room_of := [party.who for party in there.filter(mode=Party.Mode.TALK)]:
        told["room"] = room_of
    return told


def call_of(call_id: int) -> Call:
    call = Call.objects.filter(pk=call_id, carrier=Simulator.name).first()
    if call is None:
        raise CallError("not_found", _("There is no such call."), http_status=404)
    return call
