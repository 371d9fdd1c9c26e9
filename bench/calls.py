"""From a telephone's INVITE to the first sound of the greeting, at 20, 50 and 100 calls a second.

Ours: SIPp → Asterisk with the dialplan we ship → AsyncAGI → `run_ami` → caller recognised, call
committed to PostgreSQL, her greeting played. The peer is what a queue without a service does, on
the same Asterisk in the same run: `Answer`, `Queue`, music. Callers stay for five seconds, so that
each is seen whom the dialplan takes after its four. In the end more ring than can be served: each
of them must have heard somebody, must stand in the register and, as nobody answered, on the list
of call-backs; and once it is over we must be as quick as before.
"""

import itertools
import os
from typing import NamedTuple

from bench.callers import Crowd, Heard
from bench.exchange import Exchange, exchange
from bench.figures import busy, percentile
from config.town import numbers
from tests.infra.asterisk import tree
from tests.infra.process import Missing

RATES = [int(rate) for rate in os.environ.get("CALLS_RATES", "20,50,100").split(",")]
SECONDS = int(os.environ.get("CALLS_SECONDS", "12"))
FLOOD = int(os.environ.get("CALLS_FLOOD", "150"))
FLOOD_S = 6
HOLD_S = 5.0
HOTLINE, BARE = "12349", "bare"


class Ring(NamedTuple):
    """`cpu_s`: part of the house → seconds of processor that it used until all was settled."""

    heard: Heard
    cpu_s: dict[str, float]
    unknown: int
    """Callers of whom there is no call, or no call-back, in the register."""
    settled_s: float
    """From the last hang-up until all of them were written down."""


def main() -> None:
    try:
        tree()
    except Missing as part:
        print(f"not run: {part} is missing")
        return
    callers = map(numbers.mobile, itertools.count())
    with exchange(elders=SECONDS * sum(RATES) + FLOOD * FLOOD_S + 200) as town:
        ring(town, HOTLINE, [next(callers) for _ in range(40)], rate=5)  # warm
        for rate in RATES:
            crowd = [next(callers) for _ in range(rate * SECONDS)]
            report(rate, ring(town, HOTLINE, crowd, rate=rate), ring(town, BARE, crowd, rate=rate))
        if FLOOD:
            flood(town, [next(callers) for _ in range(FLOOD * FLOOD_S)])
        after = ring(town, HOTLINE, [next(callers) for _ in range(30)], rate=10)
        print(f"   and then at 10 calls/s    {milliseconds(after.heard)}")


def ring(town: Exchange, to: str, callers: list[str], *, rate: int, hold_s: float = HOLD_S) -> Ring:
    """All of `callers` ring, hear, hang up, and are written down."""
    before = town.cpu_s()
    heard = Crowd(town.asterisk, callers, rate=rate, hold_s=hold_s, to=to).heard()
    settled_s = town.until_quiet()
    cpu_s = {part: used - before[part] for part, used in town.cpu_s().items()}
    return Ring(heard, cpu_s, len(callers) - known(town, callers), settled_s)


def known(town: Exchange, callers: list[str]) -> int:
    """How many of these callers have a call in the register, and are to be rung back."""
    asked = (
        "SELECT count(DISTINCT b.number) FROM telephony_callback b JOIN telephony_call c"
        " ON c.from_number = b.number WHERE b.reached_at IS NULL AND b.number = ANY(%s)"
    )
    return int(town.ask(asked, callers)[0][0])


def flood(town: Exchange, callers: list[str]) -> None:
    """More than can be served."""
    it = ring(town, HOTLINE, callers, rate=FLOOD, hold_s=7)
    heard = it.heard
    by_us = len(heard.waited_s) - heard.by_dialplan
    print(
        f"{FLOOD} calls/s for {FLOOD_S} s: {heard.placed} calls, {by_us} greeted by us, "
        f"{heard.by_dialplan} queued by the dialplan, {heard.silent} heard nothing, "
        f"{heard.failed} failed, {it.unknown} missing from the register or the call-backs; "
        f"all written down {it.settled_s:.1f} s after the last hang-up"
    )


def report(rate: int, ours: Ring, peer: Ring) -> None:
    medians = [percentile(it.heard.waited_s, 50) for it in (ours, peer)]
    print(
        f"{rate:>3} calls/s  ours {milliseconds(ours.heard)}   peer {milliseconds(peer.heard)}"
        f"   ratio {medians[0] / medians[1]:.1f}"
    )
    heard = ours.heard
    print(
        f"             {heard.placed} calls: {heard.by_dialplan} queued by the dialplan, "
        f"{heard.silent} heard nothing, {heard.failed} failed, {ours.unknown} not written down "
        f"(peer: {peer.heard.silent} heard nothing, {peer.heard.failed} failed)"
    )
    each = ", ".join(f"{part} {1000 * it / heard.placed:.0f}" for part, it in ours.cpu_s.items())
    print(
        f"             processor, ms a call: {each} (peer: asterisk "
        f"{1000 * peer.cpu_s['asterisk'] / heard.placed:.0f}); {busy()}"
    )


def milliseconds(heard: Heard) -> str:
    p50, p95, p99 = (percentile(heard.waited_s, percent) * 1000 for percent in (50, 95, 99))
    return f"p50 {p50:5.0f}  p95 {p95:5.0f}  p99 {p99:5.0f} ms"


if __name__ == "__main__":
    main()
