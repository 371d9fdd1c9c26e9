"""An hour of real demand through SIPp and Asterisk: who is answered when, against Erlang C.

The demand is `ems_calls.csv` (real emergency calls of a county), read where `EMS_CALLS` says. The
busiest hour of the clock is played, a hundredfold: a hundred such counties, each with that hour of
one of the days, shifted by up to five minutes. Every caller rings through SIPp and waits without
end; the operators take calls by the desk's own verbs (`bench.operators`), each with a telephone.

Time is compressed by DEMAND_FACTOR: arrivals, handling times and the thresholds of 15, 20 and 60 s
alike. Our own work is not compressed, so each second that we take counts as DEMAND_FACTOR.

Three columns for each staffing: what was measured, from INVITE to the claim; what Erlang C
(pyworkforce) says of the measured number of calls and mean handling time; and a queue that costs
no time at all, with the same arrivals and handling times, which shows how much of a difference is
the demand's own (it is not steady, and no hour is the mean of all hours) and how much is ours.
The desk begins as busy as Erlang C has it: with the calls of the hour before.
"""

import csv
import heapq
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bench import operators
from bench.callers import Crowd, Telephones
from bench.exchange import Exchange, exchange
from bench.figures import busy
from config.town import numbers
from tests.infra.asterisk import tree
from tests.infra.process import ROOT, Missing, Process

CALLS = Path(os.environ.get("EMS_CALLS", ROOT.parent / "shared" / "data" / "ems_calls.csv"))
TIMES = 100
FACTOR = float(os.environ.get("DEMAND_FACTOR", "12"))
MINUTES = int(os.environ.get("DEMAND_MINUTES", "20"))
"""How much of the hour is played; 60 takes five minutes for each staffing at a factor of 12."""
HANDLING_S = float(os.environ.get("DEMAND_HANDLING_S", "180"))
STAFF = os.environ.get("DEMAND_STAFF", "")
SPARE = (1.03, 1.08, 1.15)
"""Operators for each erlang offered, where DEMAND_STAFF names no numbers."""
WITHIN_S = (15, 20, 60)
SHIFT_S = 300.0
SEED = 1
PEOPLE = """
from elders import roles
from elders.models import User
for n in range({count}):
    user = User.objects.create_user(f"bench-{{n}}")
    roles.grant(user, roles.Role.OPERATOR)
    print("OPERATOR", user.pk)
"""

Shares = list[float]
"""Of those calls that waited at most 15, 20, 60 s."""


class Played(NamedTuple):
    """In seconds of the real hour."""

    waits_s: list[float]
    handling_s: float
    failed: int


def main() -> None:
    try:
        tree()
    except Missing as part:
        print(f"not run: {part} is missing")
        return
    if not CALLS.exists():
        print(f"not run: {CALLS.name} is not here (EMS_CALLS names it)")
        return
    at_s = [at for at in arrivals(CALLS.read_text("utf-8")) if at < MINUTES * 60]
    erlangs = len(at_s) / (MINUTES * 60) * HANDLING_S
    staffings = [int(one) for one in STAFF.split(",") if one]
    staffings = staffings or [round(erlangs * spare) for spare in SPARE]
    print(
        f"{len(at_s)} calls in {MINUTES} minutes, {HANDLING_S:.0f} s each: {erlangs:.1f} erlangs; "
        f"played {FACTOR:g} times as fast"
    )

    def people(town: Exchange) -> list[int]:
        said = town.manage("shell", "-c", PEOPLE.format(count=max(staffings)))
        return [int(line.split()[1]) for line in said.splitlines() if "OPERATOR" in line]

    with exchange(elders=len(at_s) * len(staffings) + 50, people=people) as town:
        with Telephones(port=town.asterisk.desk_port):
            for turn, staff in enumerate(staffings):
                report(staff, at_s, play(town, at_s, staff=staff, first=turn * len(at_s)))
        print(busy())


def arrivals(table: str) -> list[float]:
    """Seconds into the hour at which calls come, in order: the busiest hour of the clock, of one
    day for each of the hundred counties."""
    at = [datetime.fromisoformat(row["called_at"]) for row in csv.DictReader(table.splitlines())]
    hour = Counter(one.hour for one in at).most_common(1)[0][0]
    days: dict[object, list[float]] = defaultdict(list)
    for one in at:
        if one.hour == hour:
            days[one.date()].append(60.0 * one.minute + one.second)
    dice = random.Random(SEED)
    counties = [
        (days[dice.choice(sorted(days, key=str))], dice.uniform(-SHIFT_S, SHIFT_S))
        for _ in range(TIMES)
    ]
    return sorted((second + shift) % 3600 for seconds, shift in counties for second in seconds)


def play(town: Exchange, at_s: Sequence[float], *, staff: int, first: int) -> Played:
    """All of them ring; so many operators take them."""
    callers = [numbers.mobile(n) for n in range(first, first + len(at_s))]
    drawn = (staff, busy_at_first(at_s, staff), HANDLING_S / FACTOR, SEED)
    command = [sys.executable, "-m", "bench.operators", *map(str, drawn)]
    env = {**town.env, "DATABASE_POOL": "24"}
    with Process(command, env=env) as desk:
        desk.wait_until(lambda: operators.READY in desk.tail(), timeout_s=120)
        crowd = Crowd(town.asterisk, callers, to="12349", at_s=[at / FACTOR for at in at_s])
        heard = crowd.heard()
        town.until_quiet()
        took = [
            float(line.split()[1]) for line in desk.tail(10**7).splitlines() if "handled" in line
        ]
    answered = town.ask(
        "SELECT from_number, extract(epoch FROM answered_at) FROM telephony_call"
        " WHERE from_number = ANY(%s) AND answered_at IS NOT NULL",
        callers,
    )
    spoken = {number: float(at) for number, at in answered}
    waits = [
        (spoken[number] - crowd.rang_at[number]) * FACTOR if number in spoken else float("inf")
        for number in callers
    ]
    return Played(waits, sum(took) / len(took) * FACTOR, heard.failed)


def erlang_c(calls: int, minutes: float, handling_s: float, staff: int) -> Shares | None:
    """The shares that Erlang C promises; None where the queue would grow without end."""
    from pyworkforce.queuing import ErlangC

    if calls / minutes * handling_s / 60 >= staff:
        return None
    return [
        ErlangC(
            transactions=calls, aht=handling_s / 60, asa=within / 60, interval=minutes
        ).service_level(staff)
        for within in WITHIN_S
    ]


def ideal(at_s: Sequence[float], staff: int) -> list[float]:
    """Waits in a queue that costs no time, first come first served, with the draws of the desk."""
    busy_ones = busy_at_first(at_s, staff)
    free = [*[0.0] * (staff - busy_ones), *operators.remaining(busy_ones, HANDLING_S, SEED)]
    waits = []
    for at, takes_s in zip(at_s, operators.handling(HANDLING_S, SEED), strict=False):
        begins = max(at, heapq.heappop(free))
        heapq.heappush(free, begins + takes_s)
        waits.append(begins - at)
    return waits


def busy_at_first(at_s: Sequence[float], staff: int) -> int:
    return min(staff, round(len(at_s) / (MINUTES * 60) * HANDLING_S))


def shares(waits_s: Sequence[float]) -> Shares:
    return [sum(wait <= within for wait in waits_s) / len(waits_s) for within in WITHIN_S]


def report(staff: int, at_s: Sequence[float], it: Played) -> None:
    counted = len(it.waits_s)
    rows = {
        "measured": shares(it.waits_s),
        "Erlang C": erlang_c(counted, MINUTES, it.handling_s, staff),
        "ideal queue": shares(ideal(at_s, staff)),
    }
    load = counted / MINUTES * it.handling_s / 60
    print(
        f"{staff} operators: {counted} calls, {it.handling_s:.0f} s each as measured "
        f"({load:.1f} erlangs), {it.failed} failed; answered within 15 / 20 / 60 s"
    )
    for name, each in rows.items():
        said = (
            "  ".join(f"{100 * share:5.1f} %" for share in each)
            if each
            else "more than they can take"
        )
        print(f"   {name:<12} {said}")


if __name__ == "__main__":
    main()
