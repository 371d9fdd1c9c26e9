"""A day of birth as it is written on papers and typed at a counter."""

from datetime import date

import pytest

from elders import birthdays
from elders.errors import ElderError

TODAY = date(2026, 3, 10)
BORN = date(1943, 4, 18)


@pytest.mark.parametrize(
    "written",
    [
        "1943-04-18",
        "1943-4-18",
        "19430418",
        "1943/4/18",
        "1943.04.18",
        "1943 4 18",
        "1943年4月18日",
        "1943年04月18号",
        "1943 年 4 月 18 日",
        " 1943-04-18 ",
        "１９４３－０４－１８",
        "１９４３年４月１８日",
        "1943–04–18",
        "1943-4/18",
    ],
)
def test_a_day_is_read_in_every_way_it_is_written_with_the_year_first(written):
    assert birthdays.read(written, today=TODAY) == BORN


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "year, month and day"),
        ("   ", "year, month and day"),
        ("6 May", "year, month and day"),
        ("18.04.1943", "year, month and day"),  # which is the month, nobody knows in 04/05/1943
        ("43-04-18", "year, month and day"),
        ("1943-04", "year, month and day"),
        ("1943418", "year, month and day"),
        ("1943-04-180", "year, month and day"),
        ("194304180", "year, month and day"),
        ("1943-04-18T00:00", "year, month and day"),
        ("1943--04-18", "year, month and day"),
        ("-1943-04-18", "year, month and day"),
        ("一九四三年四月十八日", "year, month and day"),
        ("١٩٤٣-٠٤-١٨", "year, month and day"),
        ("1943-04-18\x00", "year, month and day"),
        ("9" * 100_000, "year, month and day"),
        (" " * 100_000 + "x", "year, month and day"),
        ("1943-13-18", "no such day"),
        ("1943-02-29", "no such day"),
        ("1943-00-00", "no such day"),
        ("00000000", "no such day"),
        ("2026-03-11", "not come yet"),
        ("9999-12-31", "not come yet"),
        ("1843-04-18", "as old as that"),
        ("0001-01-01", "as old as that"),
    ],
)
def test_rubbish_is_refused_and_the_field_is_named(written, reason):
    with pytest.raises(ElderError) as refused:
        birthdays.read(written, today=TODAY, field="born")
    assert refused.value.code == "invalid_date"
    assert reason in refused.value.fields["born"]


def test_a_leap_day_and_today_itself_are_days_like_others():
    assert birthdays.read("1944-02-29", today=TODAY) == date(1944, 2, 29)
    assert birthdays.read("2026-03-10", today=TODAY) == TODAY
