"""A simulated phone that writes: a text to our number, by itself or in answer to one of ours."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from telephony import texts
from telephony.carriers.simulator import body as read
from telephony.carriers.simulator.carrier import Simulator
from telephony.carriers.simulator.http import simulated


@simulated("POST")
def write(request: HttpRequest) -> HttpResponse:
    """`{"from", "text"}` → 201 `{"replies": [what is texted back, …]}`; with a `reference`,
    writing twice is one text."""
    body = read.read_body(request)
    sender = read.number_of(read.text_of(body, "from", longest=32), "from")
    return received(sender, body)


def received(sender: str, body: dict[str, object], *, status: int = 201) -> HttpResponse:
    """The text of `body`, written by `sender`."""
    reference = f"text-{read.stamp_of(body).reference or uuid4().hex}"
    replies = texts.received(
        Simulator.name, reference, sender=sender, text=read.speech_of(body), now=timezone.now()
    )
    return JsonResponse({"replies": replies}, status=status)
