"""What starts by itself when an emergency opens, side by side, and what only people may do.

Rule 15: operator, contacts, responder and hand-over run at the same time; no voice contact means
ring back within 30 s, then the second number, then somebody goes; nothing here ever ends one.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from dispatch import clocks, connections, notices, ownership, summons, transitions, whereabouts
from dispatch.models import RequestCall, ServiceRequest
from dispatch.states import OPEN, Priority
from dispatch.timing import REPEAT_S, VOICE_S
from elders import selectors
from elders.errors import ElderError
from elders.models import ResponsePlan, User
from elders.numbers import normalise
from telephony.models import Call

VOICE_CLOCK = "voice"
AMBULANCE_CLOCK = "ambulance"
AMBULANCE = "120"
# Calls we place on which she herself may be heard; a worker's or a contact's voice is not hers.
TO_HER = frozenset({"ring_back", "confirm", "callback", "checkin", "satisfaction"})


def begin(request: ServiceRequest, *, now: datetime, is_new: bool = False) -> None:
    """Sounds, rings the contacts, and winds the clocks of an emergency that has just opened;
    `is_new`: as a request of this transaction, of which no clock runs yet."""
    ownership.watch_unclaimed(request, now=now, is_new=is_new)
    connections.make_way(request, now=now)
    if lines(request).filter(state=Call.State.TALKING, operator__isnull=False).exists():
        ServiceRequest.objects.filter(pk=request.pk).update(voice_at=now)
    elif request.source != ServiceRequest.Source.WORKER:  # whose telephone must not ring
        clocks.arm(VOICE_CLOCK, after_s=0, now=now, is_new=is_new, request=request)
    plans = _plans(request)
    summons.tell_contacts(request, [plan.elder for plan in plans if plan.ring_contacts], now=now)
    if any(plan.call_ambulance == ResponsePlan.Ambulance.ALWAYS for plan in plans):
        ask_for_ambulance(request, now=now)


def may_send(request: ServiceRequest) -> bool:
    """Whether workers are invited without a person deciding so.

    Somebody nobody knows is not: an unauthenticated position alone sends nobody. Where her plan
    says that nobody is sent, somebody goes all the same once no voice could be reached. What a
    text means a person must read first.
    """
    source = ServiceRequest.Source
    if not request.is_emergency:
        return request.source not in (source.TEXT, source.CANARY)
    plans = _plans(request)
    if any(plan.send_responder for plan in plans):
        return True
    return bool(plans) and request.notices.filter(code="no_voice").exists()


def seek_voice(request: ServiceRequest, *, rounds: int, now: datetime) -> None:
    """One step of the search for a voice: the next number; with none left, a person goes.

    While she is on the line herself there is nothing to ring yet; `line_lost` begins again.
    """
    if request.voice_at is not None or not request.is_open:
        return
    numbers = _numbers(request)
    if rounds < len(numbers):
        if rounds or not lines(request).exists():
            summons.ring_back(request, numbers[rounds], now=now)
        after_s = VOICE_S
    else:
        notices.tell("no_voice", level="sos", now=now, request=request)
        if request.state in ("NEW", "UNFILLED"):
            transitions.wind(request, now=now, after_s=0)  # somebody goes, whatever the plan says
        when = {plan.call_ambulance for plan in _plans(request)}
        if ResponsePlan.Ambulance.NO_VOICE in when:
            ask_for_ambulance(request, now=now)
        after_s = 2 * REPEAT_S[Priority.EMERGENCY]
    clocks.arm(VOICE_CLOCK, after_s=after_s, now=now, request=request, rounds=rounds + 1)


def ask_for_ambulance(request: ServiceRequest, *, now: datetime, rounds: int = 0) -> None:
    """Her plan says 120: the desk is told until a hand-over to it stands in the log."""
    if request.handovers.filter(service=AMBULANCE).exists() or not request.is_open:
        return
    services = whereabouts.services(request)
    notices.tell(
        "call_ambulance",
        level="sos",
        now=now,
        request=request,
        data={"number": services["ambulance"]},
    )
    after_s = REPEAT_S[Priority.EMERGENCY]
    clocks.arm(AMBULANCE_CLOCK, after_s=after_s, now=now, request=request, rounds=rounds + 1)


def heard_voice(request_id: int, *, by: User, now: datetime) -> None:
    """An operator is speaking with somebody there: the search for a voice ends."""
    ServiceRequest.objects.filter(pk=request_id, voice_at=None).update(voice_at=now)
    clocks.clear(VOICE_CLOCK, request=request_id, now=now)
    notices.settle(request=request_id, code="no_voice", now=now)


def line_lost(call: Call, *, now: datetime) -> None:
    """She hung up, or was cut off, before anybody spoke with her: she is rung back at once."""
    if not call.is_inbound:
        return
    linked = RequestCall.objects.filter(
        call=call,
        request__priority=Priority.EMERGENCY,
        request__state__in=OPEN,
        request__voice_at=None,
    ).values_list("request", flat=True)
    for request in ServiceRequest.objects.in_bulk(list(linked)).values():
        clocks.arm(VOICE_CLOCK, after_s=0, now=now, request=request)


def may_hear_her(call: Call) -> bool:
    """Whether whoever speaks on this call may be the elder it is about."""
    return call.job is None or call.job.purpose in TO_HER


def lines(request: ServiceRequest) -> QuerySet[Call]:
    """The live calls on which she may be heard."""
    hers = Q(pk__in=request.calls.values("call"))
    if request.elder_id:
        hers |= Q(elder=request.elder_id)
    return Call.objects.filter(hers, Q(job=None) | Q(job__purpose__in=TO_HER), state__in=Call.LIVE)


def _numbers(request: ServiceRequest) -> list[str]:
    """Where a voice may be found, in order, each number once.

    First the unit that cried, where it says at which number it can be spoken to: it answers by
    itself, and she need not reach a telephone.
    """
    called_from = [request.known_as] if request.known_as.startswith("+") else []
    known = [number for elder in request.people for number in selectors.numbers_of(elder)]
    return list(dict.fromkeys([*_units(request), *called_from, *known]))


def _units(request: ServiceRequest) -> list[str]:
    """The numbers at which her devices can be spoken to, the latest first. One that nobody
    registered is shown and not rung: it could name any number."""
    told = request.alarms.filter(alarm__verified=True).exclude(alarm__callback="")
    callbacks = told.order_by("-pk").values_list("alarm__callback", flat=True)[:5]
    return [number for said in callbacks if (number := _telephone(said))]


def _telephone(callback: str) -> str:
    """The telephone number in `+86…`, `tel:…`, `gsm:…` or `sip:+86…@host`; "" where there is none.

    What a SIP address without a + names is an extension of somebody's own.
    """
    scheme, _, plain = callback.rpartition(":")
    plain = plain.partition("@")[0].strip()
    if scheme.lower() not in ("", "tel", "gsm") and not plain.startswith("+"):
        return ""
    try:
        return normalise(plain)
    except ElderError:
        return ""


def _plans(request: ServiceRequest) -> list[ResponsePlan]:
    """The plan of everybody it is about; of nobody we know, none."""
    return [selectors.plan_of(elder) for elder in request.people]
