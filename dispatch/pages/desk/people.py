"""Who may be rung about a request: the elder, those around her, and who is coming."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dispatch.errors import DispatchError
from dispatch.models import ServiceRequest
from dispatch.pages import labels
from elders import selectors as register


@dataclass(frozen=True, slots=True)
class Reachable:
    number: str
    name: str
    name_zh: str


def name(thing: Any) -> str:
    return labels.named(thing)


def around(request: ServiceRequest, number: str) -> Reachable:
    """Whose `number` it is; DispatchError when it belongs to nobody around this request."""
    for one in everybody(request):
        if one.number == number:
            return one
    reason = _("This number belongs to nobody around this request.")
    raise DispatchError("bad_request", reason, http_status=400, fields={"number": reason})


def everybody(request: ServiceRequest) -> list[Reachable]:
    """Everybody whose number the console shows beside the request."""
    found = []
    for elder in filter(None, [request.elder, *request.also.all()]):
        found += [Reachable(n, elder.name, elder.name_zh) for n in register.numbers_of(elder)]
        found += [Reachable(c.phone, c.name, c.name_zh) for c in register.contacts(elder)]
    for offer in request.offers.select_related("worker"):
        worker = offer.worker
        found.append(Reachable(worker.phone, worker.name, worker.name_zh))
    if request.known_as.startswith("+"):
        found.append(Reachable(request.known_as, request.known_as, ""))
    return found
