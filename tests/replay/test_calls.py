"""Reading real calls: every bad row is named, no good one is lost."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.replay.calls import BadFile, read

ZONE = ZoneInfo("America/New_York")
HEADER = "called_at,lat,lon,nature,township"
GOOD = "2015-12-10T15:39:04,40.25,-75.28,HEAD INJURY,Lansdale"


def test_calls_come_in_the_order_of_their_time_as_instants():
    later = GOOD.replace("15:39:04", "16:00:00")
    calls, bad = read([HEADER, later, GOOD], zone=ZONE)
    assert bad == []
    assert [call.called_at.hour for call in calls] == [15, 16]
    assert calls[0].called_at.utcoffset().total_seconds() == -5 * 3600


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("called_at", GOOD.replace("2015-12-10T15:39:04", "yesterday")),
        ("lat", GOOD.replace("40.25", "north")),
        ("lat", GOOD.replace("40.25", "nan")),
        ("lon", GOOD.replace("-75.28", "-275")),
        ("lat", GOOD.replace("40.25,-75.28", "0,0")),
        ("nature", GOOD.replace("HEAD INJURY", "")),
    ],
)
def test_a_bad_row_is_named_by_line_and_field_and_the_others_are_played(field, row):
    calls, bad = read([HEADER, GOOD, row, GOOD], zone=ZONE)
    assert len(calls) == 2
    assert [(one.line, one.field) for one in bad] == [(3, field)]


def test_a_call_without_a_township_is_still_a_call():
    calls, bad = read([HEADER, GOOD.replace("Lansdale", "")], zone=ZONE)
    assert (len(calls), bad) == (1, [])


def test_a_pendant_is_a_device_and_not_a_telephone():
    calls, _ = read([HEADER, GOOD.replace("HEAD INJURY", "medical alert alarm")], zone=ZONE)
    assert calls[0].by_device


def test_a_file_of_something_else_is_refused_with_what_it_lacks():
    with pytest.raises(BadFile, match="nature"):
        read(["called_at,lat,lon,township", GOOD], zone=ZONE)


@given(st.lists(st.text(max_size=80).filter(lambda line: "\n" not in line), max_size=6))
def test_rubbish_is_named_or_refused_and_never_more(lines):
    calls, bad = read([HEADER, GOOD, *lines], zone=ZONE)
    assert len(calls) + len(bad) >= 1
