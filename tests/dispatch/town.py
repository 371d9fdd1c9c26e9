"""A small town in motion: every verb of the conductor as a move that can be drawn at random.

A move names what it acts on by a number, which wraps around what there is. A move that is refused
must have changed nothing; that is checked here, at every single refusal.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from dispatch import (
    assignments,
    closing,
    deadlines,
    desk,
    handovers,
    intake,
    notes,
    offers,
    ownership,
    voice,
)
from dispatch.actors import Actor, actor_of
from dispatch.errors import DispatchError
from dispatch.models import Assignment, Handover, Offer, ServiceRequest
from dispatch.states import Disposition, Priority, Role
from elders.models import Elder, User
from providers.models import Provider, Worker, WorkerCategory
from telephony import outbound
from telephony.errors import CallError
from tests import cast

FAMILY = Actor("family", None, "Ka-Ming")
WORKER = Actor("worker", None, "Wai")
ELDER = Actor("elder", None, "Mei")
DEVICE = Actor("device", None, "a watch")


def workers(
    provider: Provider, count: int, *categories: str, capacity: int = 1, first: int = 0
) -> list[Worker]:
    """`count` workers on duty, each a street further from Mei than the one before."""
    hired = []
    for n in range(first, first + count):
        worker = Worker.objects.create(
            provider=provider,
            name=f"Worker {n}",
            name_zh=f"工{n}",
            phone=f"+86139000000{n:02d}",
            sex="female",
            languages=["zh-hans"],
            on_duty=True,
            capacity=capacity,
            free=capacity,
            lat=30.2745 + 0.001 * n,
            lon=120.1551,
            position_at=cast.BEFORE,
        )
        for category in categories or ("catering", "medical"):
            WorkerCategory.objects.create(worker=worker, category_id=category)
        hired.append(worker)
    return hired


def wants(
    elder: Elder | None,
    *,
    now: datetime,
    category: str = "catering",
    priority: Priority = Priority.ROUTINE,
    by: Actor = ELDER,
    **facts: object,
) -> ServiceRequest:
    """A request is opened; nobody has been asked yet."""
    return intake.open_request(
        elder=elder, category=category, priority=priority, source="call", by=by, now=now, **facts
    )


def cries(elder: Elder | None, *, now: datetime, **facts: object) -> ServiceRequest:
    """An emergency is opened or joined."""
    return wants(
        elder, now=now, category="medical", priority=Priority.EMERGENCY, by=DEVICE, **facts
    )


def sweep(now: datetime) -> None:
    """One turn of the background work."""
    deadlines.fire_due(now=now)
    outbound.deliver_due(now=now)


class Town:
    """Two elders, a few workers with little capacity, two operators, and time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.elders = [cast.mei(), cast.lan()]
        kitchen = cast.sunrise_kitchen()
        workers(kitchen, 3)
        workers(kitchen, 1, capacity=2, first=3)
        self.operators = [cast.olive(), cast.sol()]

    def play(self, move: str, n: int) -> None:
        """Makes a move on the `n`-th of whatever it is about, if there is any."""
        before = facts()
        try:
            MOVES[move](self, n)
        except (DispatchError, CallError):
            assert facts() == before, f"{move} was refused and has changed something"

    def one(self, rows: QuerySet, n: int) -> int:
        """The id of the `n`-th row; 0, which nobody has, of nothing."""
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        return ids[n % len(ids)] if ids else 0

    def request(self, n: int) -> int:
        return self.one(ServiceRequest.objects.all(), n)

    def operator(self, n: int) -> User:
        return self.operators[n % len(self.operators)]

    def by(self, n: int) -> Actor:
        return [actor_of(self.operators[0]), WORKER, ELDER, FAMILY, DEVICE][n % 5]


def facts() -> list[object]:
    """Everything a refused verb must leave as it was."""
    return [
        list(ServiceRequest.objects.order_by("pk").values_list()),
        list(Offer.objects.order_by("pk").values_list("pk", "state")),
        list(Assignment.objects.order_by("pk").values_list("pk", "state")),
        list(Worker.objects.order_by("pk").values_list("pk", "free")),
    ]


# --- the moves -------------------------------------------------------------------------------


def order(town: Town, n: int) -> None:
    priority = Priority.URGENT if n % 3 == 2 else Priority.ROUTINE
    wants(town.elders[n % 2], now=town.now, priority=priority)


def cry(town: Town, n: int) -> None:
    cries(town.elders[n % 2], now=town.now)


def cry_of_a_stranger(town: Town, n: int) -> None:
    cries(None, now=town.now, known_as=f"device {n % 2}")


def accept(town: Town, n: int) -> None:
    offers.accept(town.one(Offer.objects.filter(state="made"), n), by=WORKER, now=town.now)


def accept_again(town: Town, n: int) -> None:
    offers.accept(town.one(Offer.objects.all(), n), by=WORKER, now=town.now)


def decline(town: Town, n: int) -> None:
    offers.decline(town.one(Offer.objects.all(), n), by=WORKER, now=town.now)


def choose(town: Town, n: int) -> None:
    """An operator sends an offer to a worker of her choice, as first or as second."""
    offers.offer_to(
        town.request(n // 2),
        town.one(Worker.objects.all(), n // 3),
        role=[Role.RESPONDER, Role.SECOND][n % 2],
        seq=None,
        by=actor_of(town.operator(n)),
        now=town.now,
    )


def _visit(town: Town, n: int) -> int:
    active = Assignment.objects.exclude(state__in=["cleared", "released"])
    return town.one(active if n % 4 else Assignment.objects.all(), n)


def depart(town: Town, n: int) -> None:
    assignments.depart(_visit(town, n), by=WORKER, now=town.now)


def arrive(town: Town, n: int) -> None:
    assignments.arrive(_visit(town, n), by=WORKER, now=town.now)


def finish(town: Town, n: int) -> None:
    assignments.finish(_visit(town, n), by=WORKER, now=town.now)


def release(town: Town, n: int) -> None:
    assignments.release(_visit(town, n), by=WORKER, now=town.now, why="a flat tyre")


def confirm(town: Town, n: int) -> None:
    closing.confirm(town.request(n), by=town.by(n // 2), now=town.now)


def close(town: Town, n: int) -> None:
    closing.close(
        town.request(n),
        by=town.by(n // 2),
        now=town.now,
        disposition=list(Disposition)[n % len(Disposition)],
        seen_by="Ka-Ming" if n % 3 == 0 else "",
    )


def cancel(town: Town, n: int) -> None:
    closing.cancel(town.request(n), by=town.by(n // 2), now=town.now)


def reopen(town: Town, n: int) -> None:
    closing.reopen(town.request(n), by=actor_of(town.operator(n)), now=town.now, reason="not met")


def escalate(town: Town, n: int) -> None:
    intake.escalate(town.request(n), by=town.by(n // 2), now=town.now)


def hand_over(town: Town, n: int) -> None:
    service = ["120", "110", "the electrician"][n % 3]
    handovers.make(town.request(n // 2), service=service, by=town.operator(n), now=town.now)


def hear_back(town: Town, n: int) -> None:
    handovers.end(
        town.one(Handover.objects.all(), n), by=town.operator(n), now=town.now, outcome="on the way"
    )


def claim(town: Town, n: int) -> None:
    ownership.claim(town.request(n), by=town.operator(n), now=town.now)


def live_console(town: Town, n: int) -> None:
    desk.renew(town.operator(n), now=town.now)


def sign_out(town: Town, n: int) -> None:
    to = town.operator(n + 1) if n % 2 else None
    desk.sign_out(town.operator(n), to=to, now=town.now)


def speak(town: Town, n: int) -> None:
    voice.spoke(town.request(n), "She is well", by=town.operator(n), now=town.now)


def note(town: Town, n: int) -> None:
    notes.write(town.request(n), "Ring twice", by=actor_of(town.operator(n)), now=town.now)


def wait(town: Town, n: int) -> None:
    town.now += timedelta(seconds=[1, 5, 31, 61, 95, 700][n % 6])
    sweep(town.now)


MOVES: dict[str, Callable[[Town, int], None]] = {
    move.__name__: move
    for move in (
        order,
        cry,
        cry_of_a_stranger,
        accept,
        accept_again,
        decline,
        choose,
        depart,
        arrive,
        finish,
        release,
        confirm,
        close,
        cancel,
        reopen,
        escalate,
        hand_over,
        hear_back,
        claim,
        live_console,
        sign_out,
        speak,
        note,
        wait,
    )
}


# Some things happen more often than others, or nothing would ever get far.
OFTEN: Sequence[str] = [
    *MOVES,
    *["wait", "accept", "order", "cry"] * 2,
    *["depart", "arrive", "finish"],
]
