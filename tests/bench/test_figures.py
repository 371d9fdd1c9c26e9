"""What the benchmarks read and reckon with is right; what they measure, they print themselves."""

import itertools

import pytest

from bench import ami, callers, demand, operators
from bench.callers import AWAY_S, GATHER, Heard

RANG = "rings 1 2026-11-21\t08:00:00.000001\t1795248000.000001\n"
SPOKE = "speaks 2  14002\n"


def test_a_crowd_is_read_from_what_sipp_writes(tmp_path):
    assert callers.rang_at(f"{RANG}{SPOKE}other words\n") == {1: 1795248000.000001}
    assert callers.answered_at(f"{RANG}{SPOKE}") == {2: 14002}
    stats = tmp_path / "stats"
    stats.write_text("CurrentTime;FailedCall(P);FailedCall(C);\n08:00;1;1;\n08:05;0;3;\n")
    assert callers.failures(stats) == 3


def test_whom_the_dialplan_took_and_who_heard_nothing_are_counted():
    heard = Heard(placed=5, failed=0, waited_s=[0.1, AWAY_S - 0.01, AWAY_S, 9.0])
    assert (heard.silent, heard.by_dialplan) == (1, 2)


def test_a_paced_crowd_rings_at_its_seconds_however_long_sipp_takes_to_make_it_ready():
    at_s = [0.0, 0.25, 0.25, 7.0]
    pauses = callers.pauses_ms(at_s)
    rings = [n / GATHER + pause / 1000 for n, pause in enumerate(pauses)]
    assert [ring - rings[0] for ring in rings] == pytest.approx(at_s, abs=0.002)
    assert min(pauses) >= 0


def test_transcripts_become_the_events_that_asterisk_sends():
    line = (
        '{"messages": [[["Action", "Ping"]], [["Event", "Hangup"], ["Cause", "16"]],'
        ' [["Response", "Success"]], [["Event", "Newchannel"]]]}'
    )
    packed, count = ami.transcripts(f"{line}\n{line}\n")
    assert count == 4
    assert packed == b"Event: Hangup\r\nCause: 16\r\n\r\nEvent: Newchannel\r\n\r\n" * 2


def test_the_demand_is_a_hundred_times_the_busiest_hour_of_the_clock():
    days = [f"2015-12-{day}T13:{minute}:00,0,0,FALL,X" for day in (10, 11) for minute in (10, 50)]
    rows = ["called_at,lat,lon,nature,township", "2015-12-10T04:00:00,0,0,FALL,X", *days]
    at_s = demand.arrivals("\n".join(rows))
    assert len(at_s) == 2 * demand.TIMES
    assert at_s == sorted(at_s)
    assert at_s[0] >= 0
    assert at_s[-1] < 3600


def test_erlang_c_is_that_of_the_textbooks():
    within_20_s = demand.erlang_c(100, 30, 180, 14)[1]
    assert within_20_s == pytest.approx(0.888, abs=0.001)
    assert demand.erlang_c(100, 30, 180, 10) is None  # the queue grows without end


def test_a_queue_that_costs_nothing_makes_who_comes_too_soon_wait_for_the_one_before(monkeypatch):
    first = next(operators.handling(demand.HANDLING_S, demand.SEED))
    monkeypatch.setattr(demand, "MINUTES", 10**6)  # nobody is at work when the first call comes
    assert demand.ideal([0.0, 0.0], 1) == [0.0, pytest.approx(first)]
    assert demand.ideal([0.0, 0.0], 2) == [0.0, 0.0]


def test_handling_times_have_the_mean_that_was_asked_for():
    drawn = list(itertools.islice(operators.handling(15.0, 1), 20_000))
    assert sum(drawn) / len(drawn) == pytest.approx(15.0, rel=0.03)


def test_shares_are_of_all_who_rang_also_of_those_nobody_answered():
    assert demand.shares([1.0, 15.0, 18.0, float("inf")]) == [0.5, 0.75, 0.75]
