"""CSV rows and command arguments: what cannot be read is named, the rest is done all the same."""

from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from config.replay.calls import COLUMNS, BadFile, read
from tests.rubbish.words import TEXTS, calmly

TOWN = ZoneInfo("Asia/Shanghai")
HEADER = ",".join(COLUMNS)
GOOD = "2019-12-10 07:40:00,40.1,-75.3,FALL VICTIM,NORRISTOWN"
ROWS = st.lists(TEXTS, max_size=7).map(",".join) | TEXTS
LINES = st.lists(ROWS.map(lambda row: row.replace("\n", " ").replace("\r", " ")), max_size=8)


@calmly(300)
@given(LINES, LINES)
def test_a_good_row_among_rubbish_is_still_a_call(before, after):
    calls, bad = read([HEADER, *before, GOOD, *after], zone=TOWN)
    assert any(call.nature == "FALL VICTIM" for call in calls)
    assert len(calls) + len(bad) == len([line for line in [*before, *after] if line.strip()]) + 1
    assert all(row.field and row.reason for row in bad)


@calmly(100)
@given(LINES)
def test_a_file_that_is_no_such_csv_is_refused_as_a_whole(lines):
    with pytest.raises(BadFile, match="called_at"):
        read(lines, zone=TOWN)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("seed_town", ["--elders", "-1"]),
        ("seed_town", ["--elders", "many"]),
        ("seed_town", ["--elders", "9" * 30]),
        ("seed_town", ["--elders", "1", "--workers", "3", "--providers", "0"]),
        ("seed_town", ["--anchor", "91,0"]),
        ("seed_town", ["--anchor", "nan,nan"]),
        ("seed_town", ["--anchor", "here"]),
        ("seed_town", ["--extent-m", "0x0"]),
        ("seed_town", ["--extent-m", "inf"]),
        ("seed_town", ["--seed", "1.5"]),
        ("replay", ["/nowhere/calls.csv"]),
        ("replay", ["{file}", "--speed", "-1"]),
        ("replay", ["{file}", "--speed", "nan"]),
        ("replay", ["{file}", "--operators", "0"]),
        ("replay", ["{file}", "--workers", "x"]),
        ("replay", ["{file}", "--hours", "nan"]),
        ("replay", ["{file}", "--hours", "-2"]),
        ("replay", ["{rubbish}"]),
        ("replay", ["{folder}"]),
        ("restore", ["{rubbish}"]),
        ("restore", ["/nowhere/backup"]),
        ("backup", ["/nowhere/at/all/backup"]),
    ],
)
@pytest.mark.django_db
def test_an_argument_that_cannot_be_is_refused_with_its_reason(command, arguments, tmp_path):
    (tmp_path / "calls.csv").write_text(f"{HEADER}\n{GOOD}\n")
    (tmp_path / "rubbish").write_bytes(b"\0\xff\xfe rubbish")
    places = {name: str(tmp_path / name) for name in ("rubbish",)}
    places |= {"file": str(tmp_path / "calls.csv"), "folder": str(tmp_path)}
    with pytest.raises((CommandError, SystemExit)) as refusal:
        call_command(command, *[word.format(**places) for word in arguments], stderr=StringIO())
    assert str(refusal.value)
