"""What starts by itself when an emergency opens, side by side, and what only people may do.

Rule 15: operator, contacts, responder and hand-over run at the same time; no voice contact means
ring back within 30 s, then the second number, then somebody goes; nothing here ever ends one.
"""

from datetime import datetime

from dispatch import clocks, notices, ownership, summons, transitions
from dispatch.models import ServiceRequest
from dispatch.states import Priority
from dispatch.timing import REPEAT_S, VOICE_S
from elders import selectors
from elders.models import ResponsePlan, User

VOICE_CLOCK = "voice"
AMBULANCE_CLOCK = "ambulance"


def begin(request: ServiceRequest, *, now: datetime) -> None:
    """Sounds, rings the contacts, and winds the clocks of an emergency that has just opened."""
    ownership.watch_unclaimed(request, now=now)
    clocks.arm(VOICE_CLOCK, after_s=0, now=now, request=request)
    plan = _plan(request)
    if plan and plan.ring_contacts:
        summons.tell_contacts(request, now=now)
    if plan and plan.call_ambulance == ResponsePlan.Ambulance.ALWAYS:
        ask_for_ambulance(request, now=now)


def may_send(request: ServiceRequest) -> bool:
    """Whether workers are invited without a person deciding so.

    Somebody nobody knows is not: an unauthenticated position alone sends nobody. Where her plan
    says that nobody is sent, somebody goes all the same once no voice could be reached.
    """
    if not request.is_emergency:
        return True
    plan = _plan(request)
    if plan is None:
        return False
    return plan.send_responder or request.notices.filter(code="no_voice").exists()


def seek_voice(request: ServiceRequest, *, rounds: int, now: datetime) -> None:
    """One step of the search for a voice: the next number; with none left, a person goes."""
    if request.voice_at is not None or not request.is_open:
        return
    numbers = selectors.numbers_of(request.elder) if request.elder else []
    if not numbers and request.known_as.startswith("+"):
        numbers = [request.known_as]
    if rounds < len(numbers):
        summons.ring_back(request, numbers[rounds], now=now)
        after_s = VOICE_S
    else:
        notices.tell("no_voice", level="sos", now=now, request=request)
        if request.state in ("NEW", "UNFILLED"):
            transitions.wind(request, now=now, after_s=0)  # somebody goes, whatever the plan says
        plan = _plan(request)
        if plan and plan.call_ambulance == ResponsePlan.Ambulance.NO_VOICE:
            ask_for_ambulance(request, now=now)
        after_s = 2 * REPEAT_S[Priority.EMERGENCY]
    clocks.arm(VOICE_CLOCK, after_s=after_s, now=now, request=request, rounds=rounds + 1)


def ask_for_ambulance(request: ServiceRequest, *, now: datetime, rounds: int = 0) -> None:
    """Her plan says 120: the desk is told until a hand-over stands in the log."""
    if request.handovers.exists() or not request.is_open:
        return
    services = selectors.public_services(request.elder)
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


def _plan(request: ServiceRequest) -> ResponsePlan | None:
    return selectors.plan_of(request.elder) if request.elder else None
