"""A worker rings, presses 1, and she is rung: what may happen to the two at once, and what is
left."""

from django.utils import timezone

from dispatch import deadlines, desk, intake, offers
from dispatch.models import Assignment, Event, ServiceRequest
from dispatch.states import Kind, Priority
from elders.models import Elder, LineHolder, User
from providers.models import Worker
from telephony import answers, inbound, outbound
from telephony.models import Call, OutboundJob, Party
from tests import cast
from tests.races import acts, pairing


def prepare(count: int) -> list[tuple[int, int, int, int]]:
    """`count` elders to whom a worker goes who has pressed 1, so that it rings at hers: (the
    worker's call, the job that rings, her id, an operator)."""
    now = timezone.now()
    acts.elders(count)
    LineHolder.objects.update(verified_at=now)
    acts.workers(count, 1)
    Worker.objects.update(position_at=now)
    for elder in Elder.objects.order_by("pk"):
        _somebody_goes_to(elder)
    olive = cast.olive().pk
    rung = [_rings(visit) for visit in Assignment.objects.select_related("worker", "request")]
    while outbound.deliver_due(now=timezone.now()):
        pass
    jobs = {job.subject: job.pk for job in OutboundJob.objects.filter(purpose="connect")}
    return [(call, jobs[f"connect:{call}"], elder, olive) for call, elder in rung]


def _somebody_goes_to(elder: Elder) -> None:
    now = timezone.now()
    request = intake.open_request(
        elder=elder,
        category="catering",
        priority=Priority.ROUTINE,
        source="call",
        by=acts.CALLER,
        now=now,
    )
    (offer,) = offers.make_next(request.pk, now=now)
    offers.accept(offer.pk, by=acts.WORKER, now=now)


def _rings(visit: Assignment) -> tuple[int, int]:
    now, number = timezone.now(), visit.worker.phone
    call = inbound.incoming(
        "simulator", f"ring-{visit.pk}", from_number=number, to_number="12349", now=now
    ).call
    inbound.digits(call or 0, "1", now=now)
    return call or 0, visit.request.elder_id or 0


def act(what: str, caller: int, job: int, elder: int, operator: int) -> None:
    """One thing that happens to the two."""
    now = timezone.now()
    match what:
        case "she picks up":
            ref = OutboundJob.objects.get(pk=job).carrier_ref
            answers.answered(job, ref, now=now)
        case "the worker hangs up":
            inbound.hang_up(caller, now=now)
        case "an operator takes the worker":
            desk.take(caller, by=User.objects.get(pk=operator), now=now)
        case "she presses her button":
            intake.open_request(
                elder=Elder.objects.get(pk=elder),
                category="medical",
                priority=Priority.EMERGENCY,
                source="alarm",
                by=acts.CALLER,
                now=now,
            )
        case "the sweep":
            deadlines.fire_due(now=now)
            outbound.deliver_due(now=now)


def broken() -> list[str]:
    """What must never be left: besides what holds for all pairs, a conversation of hers that no
    operator sees while an emergency of hers is open."""
    pressed = ServiceRequest.objects.filter(priority="emergency").values("elder")
    talks = Party.objects.filter(kind="elder", left_at=None, job__elder__in=pressed)
    unseen = talks.filter(call__state=Call.State.TALKING, call__operator=None)
    ringing = OutboundJob.objects.filter(
        purpose="connect", elder__in=pressed, state__in=OutboundJob.UNDER_WAY
    )
    return [
        *(f"party {pk} speaks unseen" for pk in unseen.values_list("pk", flat=True)),
        *(f"job {pk} blocks her line" for pk in ringing.values_list("pk", flat=True)),
        *pairing.broken(),
    ]


def together() -> int:
    """How many were put through."""
    return Event.objects.filter(kind=Kind.BRIDGED).count()
