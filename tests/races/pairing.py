"""What happens to two people who are being put through, all of it at once, and what is left."""

from django.db.models import Q
from django.utils import timezone

from dispatch import deadlines, desk
from dispatch.models import Assignment, Event, Offer
from dispatch.states import Kind
from elders.models import LineHolder, User
from providers.models import Worker
from telephony import answers, inbound, outbound
from telephony.carriers.simulator.carrier import reference
from telephony.models import Call, Party, SimulatorItem
from tests import cast
from tests.races import acts


def prepare(count: int) -> list[tuple[int, int, int]]:
    """`count` elders who have ordered a meal and stay on the line, and the worker of each, who has
    picked up and is being asked: (her call, the worker's leg, an operator)."""
    now = timezone.now()
    acts.elders(count)
    LineHolder.objects.update(verified_at=now)
    acts.workers(count, 1)
    Worker.objects.update(reach_by="call", position_at=now)
    for n in range(count):
        number = f"+86138{n:08d}"
        call = inbound.incoming(
            "simulator", f"pair-{n}", from_number=number, to_number="12349", now=now
        ).call
        inbound.digits(call or 0, "1", now=now)
    deadlines.fire_due(now=now)
    while outbound.deliver_due(now=now):
        pass
    olive = cast.olive().pk
    asked = SimulatorItem.objects.filter(job__kind="call", job__purpose="offer").select_related(
        "job"
    )
    return [_asked(item, olive) for item in asked]


def _asked(item: SimulatorItem, operator: int) -> tuple[int, int, int]:
    leg = answers.answered(item.job_id, reference(item), now=timezone.now()).call or 0
    request = Offer.objects.get(pk=item.job.subject.partition(":")[2]).request
    return request.calls.get().call_id, leg, operator


def act(what: str, caller: int, leg: int, operator: int) -> None:
    """One thing that happens to the two."""
    now = timezone.now()
    match what:
        case "worker accepts":
            inbound.digits(leg, "1", now=now)
        case "worker hangs up":
            inbound.hang_up(leg, now=now)
        case "she asks for a person":
            inbound.digits(caller, "0", now=now)
        case "she hangs up":
            inbound.hang_up(caller, now=now)
        case "an operator takes her":
            desk.take(caller, by=User.objects.get(pk=operator), now=now)
        case "the sweep":
            deadlines.fire_due(now=now)
            outbound.deliver_due(now=now)


def broken() -> list[str]:
    """What must never be left, when everything has happened."""
    over = Q(state__in=[Call.State.ENDED, Call.State.ABANDONED])
    alone = [
        f"leg {leg.pk} is in a room of nobody"
        for leg in Call.objects.filter(direction="outbound", state__in=Call.LIVE)
        if (room := leg.step.get("room")) and Call.objects.filter(over, pk=room).exists()
    ]
    present = Party.objects.filter(kind=Party.Kind.WORKER, left_at=None)
    gone = present.filter(job__in=Call.objects.filter(over).exclude(job=None).values("job"))
    accepted = Offer.objects.filter(state="accepted")
    going = set(Assignment.objects.values_list("offer_id", flat=True))
    return [
        *alone,
        *(f"party {pk} has hung up and is there" for pk in gone.values_list("pk", flat=True)),
        *(
            f"offer {pk} without a visit"
            for pk in accepted.values_list("pk", flat=True)
            if pk not in going
        ),
        *acts.faults(timezone.now()),
    ]


def outcome() -> tuple[int, int]:
    """How many workers come, and how many were put through."""
    return Assignment.objects.count(), Event.objects.filter(kind=Kind.BRIDGED).count()
