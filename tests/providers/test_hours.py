from datetime import datetime, time

import pytest

from providers.hours import cover, interval

TUESDAY = 1


@pytest.mark.parametrize(
    ("clock", "covered"),
    [("08:59:59", False), ("09:00:00", True), ("17:59:59", True), ("18:00:00", False)],
)
def test_an_interval_holds_its_start_and_not_its_end(clock, covered):
    hours = [interval(TUESDAY, time(9), time(18))]
    assert cover(hours, datetime.fromisoformat(f"2026-03-10T{clock}")) is covered


@pytest.mark.parametrize(
    ("local", "covered"),
    [
        ("2026-03-10T21:59", False),
        ("2026-03-10T22:00", True),
        ("2026-03-11T05:59", True),  # the morning after
        ("2026-03-11T06:00", False),
        ("2026-03-11T23:00", False),  # the next evening
        ("2026-03-10T05:00", False),  # the morning before
    ],
)
def test_a_night_shift_runs_into_the_next_morning(local, covered):
    assert cover([interval(TUESDAY, time(22), time(6))], datetime.fromisoformat(local)) is covered


def test_a_sunday_night_runs_into_monday():
    assert cover([interval(6, time(22), time(6))], datetime.fromisoformat("2026-03-09T03:00"))


def test_equal_ends_mean_all_day_and_night():
    hours = [interval(TUESDAY, time(8), time(8))]
    assert cover(hours, datetime.fromisoformat("2026-03-10T08:00"))
    assert cover(hours, datetime.fromisoformat("2026-03-11T07:59"))
    assert not cover(hours, datetime.fromisoformat("2026-03-11T08:00"))


def test_no_interval_covers_nothing():
    assert not cover([], datetime.fromisoformat("2026-03-10T12:00"))
