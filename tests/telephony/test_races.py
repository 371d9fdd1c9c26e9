"""Many hands at the same moment: one winner, nobody waits for anybody for ever, nothing twice."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from telephony import answers, desk, inbound, outbound
from telephony.errors import CallError
from telephony.events import Stamp
from telephony.models import Call, CallBack, CallEvent, OutboundJob, SimulatorItem
from tests.cast import MEI_NUMBER, WAI_NUMBER, olive, sol
from tests.telephony.town_script import RIVALS

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 8


def at_once(act: Callable[[Any], Any], over: Iterable[Any]) -> list[Any]:
    """`act` on each of `over`, in HANDS threads, each with a connection of its own."""

    def alone(one: Any) -> Any:
        try:
            return act(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(alone, over))


def refused(act: Callable[[], Any]) -> str:
    """The code that `act` was refused with, "" when it was not."""
    try:
        act()
    except CallError as error:
        return error.code
    return ""


def test_two_operators_claim_the_same_calls_and_each_call_has_one_winner(now):
    operators = [olive(), sol()]
    for leg in range(20):
        inbound.incoming(
            "simulator", f"leg-{leg}", from_number=MEI_NUMBER, to_number="12349", now=now
        )
    calls = list(Call.objects.values_list("pk", flat=True))

    def claim(pair: tuple[int, Any]) -> bool:
        return refused(lambda: desk.claim(pair[0], by=pair[1], now=now)) != "already_claimed"

    won = at_once(claim, [(call, operator) for call in calls for operator in operators])
    assert sum(won) == len(calls)
    assert Call.objects.filter(state="claimed", operator__isnull=False).count() == len(calls)


def test_an_event_delivered_by_many_at_once_is_handled_once(now, told):
    stamp = Stamp("evt-1")
    replies = at_once(
        lambda leg: inbound.incoming(
            "simulator", leg, from_number=MEI_NUMBER, to_number="12349", now=now
        ),
        ["leg-1"] * HANDS,
    )
    assert replies == [replies[0]] * HANDS
    call = Call.objects.get().pk
    at_once(lambda _: inbound.digits(call, "4", stamp=stamp, now=now), range(HANDS))
    assert [keys for kind, keys in told if kind == "digits"] == ["4"]
    at_once(lambda _: inbound.hang_up(call, stamp=stamp, now=now), range(HANDS))
    assert CallBack.objects.count() == 1
    assert CallEvent.objects.count() == 3


def test_a_caller_hangs_up_while_operators_claim_and_somebody_answers_for_her(now):
    for leg in range(10):
        inbound.incoming(
            "simulator", f"leg-{leg}", from_number=f"+861380000{leg:04}", to_number="12349", now=now
        )
    operator = olive()

    def act(job: tuple[int, bool]) -> None:
        call, claims = job
        if claims:
            refused(lambda: desk.claim(call, by=operator, now=now))
        else:
            inbound.hang_up(call, now=now)

    calls = list(Call.objects.values_list("pk", flat=True))
    at_once(act, [(call, claims) for call in calls for claims in (True, False)])
    assert Call.objects.filter(state="abandoned").count() == len(calls)
    assert CallBack.objects.count() == len(calls)


def test_many_sweeps_place_each_job_once(now):
    for number in range(20):
        outbound.place("call", WAI_NUMBER, purpose="offer", subject=f"offer:{number}", now=now)
    placed = at_once(lambda _: outbound.deliver_due(now=now), range(HANDS))
    assert sum(placed) == SimulatorItem.objects.count() == 20
    assert not OutboundJob.objects.exclude(state="ringing").exists()


def test_rivals_who_accept_at_once_do_not_block_each_other(now, told):
    for rival in RIVALS:
        outbound.place("text", WAI_NUMBER, purpose="offer", subject=rival, now=now)
        outbound.place("call", WAI_NUMBER, purpose="offer", subject=rival, now=now)
    outbound.deliver_due(now=now)
    texts = list(OutboundJob.objects.filter(kind="text").values_list("pk", flat=True))

    codes = at_once(lambda job: refused(lambda: answers.replied(job, "4", now=now)), texts)
    assert set(codes) <= {"", "call_over"}  # who comes late finds it withdrawn
    assert told.count(("accepted", "one")) == 1
    assert not CallBack.objects.exists()  # no script broke on a deadlock
    assert not OutboundJob.objects.filter(state__in=OutboundJob.UNDER_WAY).exists()
