"""The outbox: what was placed to simulated phones, and what their owners do with it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony import answers, inbound
from telephony.carriers.simulator import body as read
from telephony.carriers.simulator import writing
from telephony.carriers.simulator.carrier import Simulator, reference
from telephony.carriers.simulator.http import answer, heard, simulated
from telephony.errors import CallError
from telephony.models import Call, OutboundJob, SimulatorItem

LISTED_AT_MOST = 200


@simulated("GET")
def outbox(request: HttpRequest) -> HttpResponse:
    """What was placed to `to` (without it: to anybody), oldest first, the newest 200."""
    items = SimulatorItem.objects.select_related("job").order_by("-pk")
    if "to" in request.GET:
        items = items.filter(job__to=read.number_of(read.text_of(request.GET.dict(), "to"), "to"))
    newest = list(items[:LISTED_AT_MOST])
    jobs = {item.job_id for item in newest}
    calls = Call.objects.filter(carrier=Simulator.name, job__in=jobs)
    legs = dict(calls.values_list("carrier_ref", "pk"))
    shown = [_shown(item, legs.get(reference(item))) for item in reversed(newest)]
    return JsonResponse({"items": shown})


@simulated("POST")
def pick_up(request: HttpRequest, item_id: int) -> HttpResponse:
    item, stamp = _ringing_item(item_id), read.stamp_of(read.read_body(request))
    return answer(answers.answered(item.job_id, reference(item), stamp=stamp, now=timezone.now()))


@simulated("POST")
def press_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Keys on a call that was placed (picking it up, if it still rings), or a text's reply: keys
    answer that very text, `{"text"}` is written to our number like any other."""
    item, after, body = _item(item_id), read.cursor_of(request), read.read_body(request)
    if item.job.kind == OutboundJob.Kind.TEXT and "text" in body:
        return writing.received(item.job.to, body, status=200)
    digits, stamp, now = read.digits_of(body), read.stamp_of(body), timezone.now()
    if item.job.kind == OutboundJob.Kind.TEXT:
        return answer(answers.replied(_latest(item).pk, digits, stamp=stamp, now=now))
    call = _leg(item)
    if call is None or call.answered_at is None:
        call_id = answers.answered(item.job_id, reference(item), now=now).call or 0
    else:
        call_id = call.pk
    return heard(after, inbound.digits(call_id, digits, stamp=stamp, now=now))


@simulated("POST")
def turn_down(request: HttpRequest, item_id: int, how: str) -> HttpResponse:
    """`how` is "reject" or "no-answer"."""
    item, stamp = _ringing_item(item_id), read.stamp_of(read.read_body(request))
    ref, now = reference(item), timezone.now()
    return answer(answers.unanswered(item.job_id, ref, how=how, stamp=stamp, now=now))


def _item(item_id: int) -> SimulatorItem:
    item = SimulatorItem.objects.select_related("job").filter(pk=item_id).first()
    if item is None:
        raise CallError("not_found", _("There is no such call or text."), http_status=404)
    return item


def _ringing_item(item_id: int) -> SimulatorItem:
    item = _item(item_id)
    if item.job.kind == OutboundJob.Kind.TEXT:
        raise CallError("not_a_call", _("A text is read, not picked up."), http_status=400)
    if item.job.state == OutboundJob.State.EXPIRED:
        raise CallError("call_over", _("This call is over."))
    return item


def _latest(item: SimulatorItem) -> OutboundJob:
    if item.attempt != item.job.attempts:
        raise CallError("call_over", _("This message is no longer waiting for a reply."))
    return item.job


def _leg(item: SimulatorItem) -> Call | None:
    return Call.objects.filter(carrier=Simulator.name, carrier_ref=reference(item)).first()


def _shown(item: SimulatorItem, call_id: int | None) -> dict[str, object]:
    job = item.job
    return {
        "id": item.pk,
        "kind": job.kind,
        "to": job.to,
        "purpose": job.purpose,
        "subject": job.subject,
        "state": _state(item),
        "text": job.text,
        "language": job.language,
        "call": call_id,
        "expires_at": job.expires_at.isoformat() if job.expires_at else None,
    }


def _state(item: SimulatorItem) -> str:
    """How this attempt stands, in the six words a phone knows."""
    job = item.job
    if item.attempt != job.attempts or job.state == OutboundJob.State.QUEUED:
        return OutboundJob.State.FAILED
    if job.state in (OutboundJob.State.PLACING, OutboundJob.State.UNKNOWN):
        is_call = job.kind == OutboundJob.Kind.CALL
        return OutboundJob.State.RINGING if is_call else OutboundJob.State.DELIVERED
    return job.state
