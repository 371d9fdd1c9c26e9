"""Every public frame of the gateway's protocols, and where we read it in another way, and why."""

from datetime import UTC, datetime

import pytest

from tests.tracking.protocols.outside import KINDS, frame_of, rows
from tests.tracking.protocols.talk import OURS
from tracking.messages import Kind
from tracking.protocols.readings import KNOT_MPS
from tracking.protocols.registry import DIALECTS

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
# What Traccar's decoder made of a row and we do not, by protocol and row: field → why.
DIFFERENT = {
    ("gt06", 24): {
        "altitude_m": "theirs is the 0d 0a at the end of the frame",
        "batteryLevel": "theirs is the serial number; the level stands before it",
    },
    ("gt06", 90): {"batteryLevel": "the cell has a wide mnc, so the state stands one byte later"},
    ("jt808", 45): {"altitude_m": "an undocumented item of a lock"},
    ("jt808", 67): {"valid": "the bit for valid is 0 in it"},
    ("jt808", 51): {"batteryLevel": "theirs, 153 percent, is the check byte"},
    ("jt808", 54): {"batteryLevel": "theirs, 213 percent, is another maker's item D5"},
    ("jt808", 14): {"batteryLevel": "it is a car's"},
    ("jt808", 36): {"batteryLevel": "theirs, 0, is a rest of item 68 of a padlock"},
    ("jt808", 44): {"batteryLevel": "theirs, 0, is a car's"},
    ("h02", 19): {"fixTime": "the frame has a date and a time; theirs is the time of receipt"},
    ("h02", 48): {"fixTime": "the frame has a date and a time; theirs is the time of receipt"},
}
# Alarms that Traccar does not see, or sees as something else.
MORE_ALARMS = {
    ("gt06", 16): "a button in the house, heard over Bluetooth",
    ("gt06", 24): "state and code both say that the power is cut; Traccar reads past them",
    ("gt06", 28): "an event of a dash camera is an alarm frame, whatever its number means",
    ("gt06", 90): "switched on",
    ("h02", 13): "bit 19 says that the power is cut; Traccar's pattern misses the state here",
}


def hear(row):
    dialect = DIALECTS[row["protocol"]]
    session = dialect.open()
    session.device_id = next(filter(None, row["ids"]), "352887071911998")
    return dialect.read(frame_of(row), session, now=NOW)


@pytest.mark.parametrize("name", OURS)
def test_every_public_frame_is_there(name):
    assert rows(name)


@pytest.mark.parametrize("row", [row for name in OURS for row in rows(name)])
def test_a_public_frame_is_read_as_stated(row):
    heard = hear(row)
    for message in heard.messages:
        assert message.device_id
        if row["ids"] and row["ids"][0]:
            assert message.device_id == row["ids"][0]
        assert not message.errors
    expected = row["expected"]
    first = heard.messages[0]
    if expected.get("position") == "sane":
        assert any(m.fix or "(0, 0)" in m.warnings.get("position", "") for m in heard.messages)
    if expected.get("decoded", "…") is None:
        assert first.fix is None
        assert first.kinds == ()
    if "fixTime" in expected:
        assert first.fix.fixed_at == datetime.fromisoformat(expected["fixTime"])
        assert first.fix.valid is expected["valid"]
        assert first.fix.lat == pytest.approx(expected["lat"], abs=1e-5)
        assert first.fix.lon == pytest.approx(expected["lon"], abs=1e-5)
    if alarm := expected.get("alarm"):
        assert_alarm(first, alarm)
    if "batteryLevel" in expected.get("attribute", {}):
        assert first.battery == expected["attribute"]["batteryLevel"]


@pytest.mark.parametrize("row", [row for name in OURS for row in rows(name)])
def test_a_public_frame_says_what_traccar_read_in_it(row):
    where = (row["protocol"], row["n"])
    different = DIFFERENT.get(where, {})
    for message, read in zip(hear(row).messages, row["decoded_by_traccar"], strict=False):
        if alarm := read.get("alarm"):
            assert_alarm(message, alarm)
        elif where not in MORE_ALARMS:
            assert message.kinds == ()
        battery = read["attributes"].get("batteryLevel")
        if battery is not None and "batteryLevel" not in different:
            assert message.battery == battery
        if read.get("lat"):
            assert_fix(message.fix, read, different)


@pytest.mark.parametrize("where", MORE_ALARMS)
def test_we_see_more_alarms_than_traccar(where):
    protocol, n = where
    (row,) = [p.values[0] for p in rows(protocol) if p.values[0] and p.values[0]["n"] == n] or [0]
    if not row:
        pytest.skip("not run: shared/vectors is not here")
    assert hear(row).messages[0].kinds


@pytest.mark.parametrize("row", [row for name in OURS for row in rows("framing", name)])
def test_the_first_frame_of_a_public_stream_is_found(row):
    stream = bytes.fromhex(row["stream_hex"])
    frame, used = DIALECTS[row["protocol"]].split(stream)
    assert frame == bytes.fromhex(row["first_frame_hex"])
    assert 0 < used <= len(stream)


def assert_alarm(message, words):
    for word in words.split(","):
        assert KINDS.get(word, Kind.OTHER) in message.kinds
    assert message.alarm_text


def assert_fix(fix, read, different):
    assert fix.lat == pytest.approx(read["lat"], abs=1e-5)
    assert fix.lon == pytest.approx(read["lon"], abs=1e-5)
    if "valid" not in different:
        assert fix.valid is read["valid"]
    if "fixTime" not in different:
        assert fix.fixed_at == datetime.fromisoformat(read["fixTime"])
    if read["speed_kn"]:
        assert fix.speed_mps == pytest.approx(read["speed_kn"] * KNOT_MPS, abs=0.01)
    if read["altitude_m"] and "altitude_m" not in different:
        assert fix.altitude_m == read["altitude_m"]
    if read["course"]:
        assert fix.course == pytest.approx(read["course"] % 360)
