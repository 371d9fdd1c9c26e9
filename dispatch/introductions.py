"""She is still on the line when a worker accepts by telephone: the two are put through."""

from collections.abc import Sequence
from datetime import datetime

from dispatch import offers, transitions, wording
from dispatch.actors import Actor
from dispatch.models import Assignment, Offer
from dispatch.states import Kind
from telephony import pairs
from telephony.instructions import Hangup, Instruction, Say
from telephony.models import Call


def accept(offer: Offer, leg: Call, *, by: Actor, now: datetime) -> Sequence[Instruction]:
    """The worker on the locked call `leg` comes. What they hear; DispatchError as `offers.accept`.

    The worker hears and sees no number of hers, nor she theirs. An operator who has her call keeps
    it. Her call is locked before the request, as by everything that she does herself.
    """
    hers = Call.objects.filter(pk__in=offer.request.calls.values("call"))
    caller = pairs.free(hers, leg)
    coming = offers.accept(offer.pk, by=by, now=now)
    language = leg.job.language if leg.job else ""
    accepted = Say(wording.accepted(offer, language=language), language)
    if caller is not None:
        return [accepted, *_put_through(coming, caller, leg, by=by, now=now)]
    if hers.filter(state__in=Call.HELD, operator__isnull=False).exists():
        return [accepted, Say(wording.with_operator(language=language), language), Hangup()]
    return [accepted, Hangup()]


def _put_through(
    coming: Assignment, caller: Call, leg: Call, *, by: Actor, now: datetime
) -> Sequence[Instruction]:
    worker = coming.worker
    hers, theirs = wording.language_of_call(caller), leg.job.language if leg.job else ""
    words = [Say(wording.help_on_the_line(language=hers), hers)]
    bridge = pairs.join(caller, leg, words=words, name=worker.name_in(hers), now=now)
    data = {
        "call": caller.pk,
        "assignment": coming.pk,
        "role": coming.role,
        "worker": {"id": worker.pk, "name": worker.name, "name_zh": worker.name_zh},
    }
    request = transitions.hold(coming.request_id)
    transitions.advance(request, Kind.BRIDGED, by=by, now=now, data=data)
    return [Say(wording.on_the_line(language=theirs), theirs), bridge]
