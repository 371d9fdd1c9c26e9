"""SIA DC-09: what panels and pendants' base stations say, and what they are answered."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.tracking.streams import SEED, Wire, cuts, frames_of, spoiled
from tests.tracking.test_vectors import rows
from tracking import geo
from tracking.messages import Kind
from tracking.protocols.sia import Sia
from tracking.protocols.sia_codes import contact_id, sia_block
from tracking.protocols.sia_frames import Envelope, frame, stamp, unlock

NOW = datetime(2026, 3, 10, 8, 0, 0, tzinfo=UTC)
KEY = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
PENDANT = Envelope("0042", "R12", "L7", "1A2B")
PRESS = frame("ADM-CID", PENDANT, "#1A2B|1101 01 004")


def read(line, *, key=None, now=NOW):
    dialect = Sia(lambda account: key if account == "1A2B" else None)
    (framed,) = frames_of(dialect, [line])
    return dialect.read(framed, dialect.open(), now=now)


def said(heard):
    (message,) = heard.messages
    return message


# --- what it says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        ("1100 00 000", (Kind.SOS,)),
        ("1101 01 004", (Kind.SOS,)),
        ("6101 01 004", (Kind.SOS,)),  # still so
        ("1120 01 004", (Kind.SOS,)),
        ("1102 01 001", (Kind.SILENT, Kind.OTHER)),
        ("1641 00 001", (Kind.SILENT, Kind.OTHER)),
        ("1654 00 000", (Kind.SILENT, Kind.OTHER)),
        ("3641 00 001", ()),
        ("3101 01 004", ()),
        ("1110 00 129", (Kind.OTHER,)),
        ("1137 00 000", (Kind.TAMPER,)),
        ("1301 00 000", (Kind.POWER_LOST,)),
        ("3301 00 000", (Kind.POWER_BACK,)),
        ("1302 00 000", (Kind.LOW_BATTERY,)),
        ("1384 00 004", (Kind.LOW_BATTERY,)),
        ("3384 00 004", (Kind.BATTERY_OK,)),
        ("1381 00 004", (Kind.SILENT,)),
        ("1350 00 000", (Kind.SILENT,)),
        ("1370 00 000", (Kind.TAMPER,)),
        ("1401 00 001", ()),
        ("3401 01 057", ()),
        ("1602 00 000", ()),
        ("1999 00 000", (Kind.OTHER,)),
        ("1101", (Kind.SOS,)),
        ("2101 00 000", None),
        ("hello", None),
    ],
)
def test_contact_id_codes_are_read_in_our_kinds(data, kinds):
    assert contact_id(data) == kinds


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        ("Nri1/MA01", (Kind.SOS,)),
        ("NPA001", (Kind.SOS,)),
        ("Nri1MA01^LIVING ROOM^", (Kind.SOS,)),
        ("Nri1/YT/MA01", (Kind.SOS, Kind.LOW_BATTERY)),
        ("Nti12:30/id7/ri1/NA", (Kind.SILENT, Kind.OTHER)),
        ("NFA129", (Kind.OTHER,)),
        ("Nri1/WA000", (Kind.OTHER,)),
        ("Nri1/BV00", (Kind.OTHER,)),
        ("Nri0/AT00", (Kind.POWER_LOST,)),
        ("Nri0/AR00", (Kind.POWER_BACK,)),
        ("Nri0/XT04", (Kind.LOW_BATTERY,)),
        ("Nri0/XR04", (Kind.BATTERY_OK,)),
        ("Nri1/TA01", (Kind.TAMPER,)),
        ("Nri1/MT01", (Kind.TAMPER,)),
        ("Nri1/MR01", ()),
        ("Nri1CL0^VX FRONTE ^", ()),
        ("Nri1/RP00", ()),
        ("NA", (Kind.SILENT, Kind.OTHER)),
        ("", None),
        ("^PANIC^", None),
        ("12345", None),
    ],
)
def test_two_letter_codes_are_read_in_our_kinds(data, kinds):
    assert sia_block(data) == kinds


def test_an_event_that_nobody_can_read_is_a_cry_and_is_told_so():
    heard = read(frame("SIA-DCS", PENDANT, "#1A2B|????"))
    assert said(heard).kinds == (Kind.RAW,)
    assert "????" in said(heard).alarm_text
    assert b'"DUH"0042R12L7#1A2B[]' in heard.reply


def test_a_token_that_nobody_knows_is_a_cry():
    assert said(read(frame("XYZ-1", PENDANT, "#1A2B|something"))).kinds == (Kind.RAW,)


def test_the_account_may_stand_in_the_data_alone():
    assert said(read(frame("SIA-DCS", Envelope("0001"), "#00a969|Nri1/MA1"))).device_id == "00A969"


def test_the_place_and_the_text_beside_an_alarm_are_kept():
    line = frame(
        "ADM-CID",
        PENDANT,
        "#1A2B|1101 01 004",
        extended="[ILiving room][X104E40.800][Y31N28.050]",
    )
    message = said(read(line))
    assert "Living room" in message.alarm_text
    assert (message.fix.lat, message.fix.lon) == (pytest.approx(31.4675), pytest.approx(104.68))


@pytest.mark.parametrize(
    "place", ["[X031N28.050][Y104E40.800]", "[X031E28.050][Y104N40.800]"], ids=["letters", "bare"]
)
def test_degrees_in_the_wrong_order_are_told_as_they_were_said(place):
    line = frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", extended=place)
    fix = said(read(line)).fix
    assert (fix.lat, fix.lon) == (pytest.approx(104.68), pytest.approx(31.4675))
    assert geo.is_swapped(fix.lat, fix.lon)


def test_degrees_of_no_place_are_a_warning_beside_the_alarm():
    message = said(read(frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", extended="[X99E0][Y99N0]")))
    assert (message.kinds, message.fix) == ((Kind.SOS,), None)
    assert "position" in message.warnings


def test_rubbish_is_neither_an_alarm_nor_a_device():
    heard = read(b"GET / HTTP/1.1\r\n")
    assert said(heard).errors
    assert not said(heard).kinds
    assert b"NAK" in heard.refusal


# --- what it is answered ---------------------------------------------------------------------


def test_the_answer_repeats_sequence_receiver_line_and_account():
    heard = read(PRESS)
    assert heard.reply == frame("ACK", PENDANT)
    assert heard.reply[9:] == b'"ACK"0042R12L7#1A2B[]\r'


def test_a_null_message_is_a_heartbeat():
    heard = read(frame("NULL", PENDANT))
    assert said(heard).kinds == ()
    assert not said(heard).errors
    assert b'"ACK"0042' in heard.reply


def test_what_could_not_be_kept_is_refused_with_our_time():
    assert b'"NAK"0000R0L0A0[]_08:00:00,03-10-2026\r' in read(PRESS).refusal


def test_an_alarm_with_a_wrong_checksum_is_kept_and_asked_for_again():
    heard = read(PRESS.replace(b"004]", b"005]"))
    assert said(heard).kinds == (Kind.SOS,)
    assert said(heard).warnings == {"crc": "does not match"}
    assert b'"NAK"' in heard.reply


def test_a_length_counted_in_decimal_is_forgiven():
    count = len(PRESS) - 10
    heard = read(PRESS[:5] + b"%04d" % count + PRESS[9:])
    assert b'"ACK"' in heard.reply


def test_an_old_time_stamp_does_not_make_an_alarm_old():
    heard = read(frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", at=NOW - timedelta(days=3000)))
    assert said(heard).kinds == (Kind.SOS,)
    assert b'"ACK"' in heard.reply


# --- encrypted -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [16, 24, 32])
def test_an_encrypted_press_is_read_with_its_key_and_answered_encrypted(size):
    key = bytes(range(size))
    line = frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", key=key, at=NOW)
    assert b"1101 01" not in line
    heard = read(line, key=key)
    assert said(heard).kinds == (Kind.SOS,)
    assert said(heard).device_id == "1A2B"
    assert said(heard).token == key.hex()
    answer = heard.reply.decode()
    assert '"*ACK"0042R12L7#1A2B[' in answer
    assert unlock(answer.rpartition("[")[2].strip(), key).endswith("|]" + stamp(NOW))


@pytest.mark.parametrize("key", [None, bytes(16)])
def test_an_encrypted_message_without_its_key_is_a_cry(key):
    heard = read(frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", key=KEY, at=NOW), key=key)
    assert said(heard).kinds == (Kind.RAW,)
    assert said(heard).token == ""
    assert b'"DUH"' in heard.reply


def test_an_encrypted_heartbeat_without_its_key_is_no_cry():
    heard = read(frame("NULL", PENDANT, key=KEY, at=NOW))
    assert said(heard).kinds == ()
    assert said(heard).errors


@pytest.mark.parametrize(("late_s", "fresh"), [(-20, True), (-21, False), (40, True), (41, False)])
def test_outside_the_time_window_an_alarm_is_kept_but_not_believed(late_s, fresh):
    line = frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", key=KEY, at=NOW)
    heard = read(line, key=KEY, now=NOW + timedelta(seconds=late_s))
    assert said(heard).kinds == (Kind.SOS,)
    assert bool(said(heard).token) is fresh
    assert (b'"NAK"' in heard.reply) is not fresh


def test_a_plain_message_proves_nothing():
    assert said(read(PRESS, key=KEY)).token == ""


# --- the line --------------------------------------------------------------------------------


def test_cutting_and_joining_changes_no_frame():
    stream = PRESS + frame("NULL", PENDANT) + b"\r\n\r\n" + PRESS
    whole = frames_of(Sia(), [stream])
    assert len(whole) == 3
    for pieces in cuts(stream):
        assert frames_of(Sia(), pieces) == whole


def test_a_truncated_press_is_asked_for_again_or_kept():
    for end in range(len(PRESS) - 20, len(PRESS) - 1):
        heard = read(PRESS[:end] + b"\r")
        assert b'"NAK"' in heard.reply or b'"NAK"' in heard.refusal


def test_what_has_no_end_is_hung_up_on_and_not_held():
    wire = Wire(Sia())
    wire.data_received(b'\n5A5A0FA0"ADM-CID"')
    for _ in range(1_000):
        wire.data_received(b"x" * 100)
        assert wire.held < Sia.max_frame
    assert wire.hung_up


@pytest.mark.pure
@pytest.mark.slow
def test_no_spoiled_frame_breaks_the_decoder():
    dialect = Sia({"1A2B": KEY}.get)
    good = [
        PRESS,
        frame("SIA-DCS", PENDANT, "#1A2B|Nri1/MA01", extended="[X104E40.800][Y31N28.050]"),
        frame("ADM-CID", PENDANT, "#1A2B|1101 01 004", key=KEY, at=NOW),
        b"\nSR0001L0001    006969XX    [ID00000000]\r",
        frame("NULL", PENDANT, at=NOW),
    ]
    session, wire = dialect.open(), Wire(dialect)
    for line in spoiled(good, 200_000, SEED):
        wire.data_received(line)
        assert wire.held < dialect.max_frame
        wire = Wire(dialect) if wire.hung_up else wire
        for one in frames_of(dialect, [line, b"\r"]):
            for message in dialect.read(one, session, now=NOW).messages:
                assert len(message.device_id) <= 64
                assert message.alarm_text.isprintable()


# --- the outside check -----------------------------------------------------------------------

ALARMS = {"FA", "WA"}


@pytest.mark.parametrize("row", rows("sia_dc09"))
def test_every_public_line_is_read_as_stated(row):
    (heard,) = [
        Sia().read(one, Sia().open(), now=NOW)
        for one in frames_of(Sia(), [b"\n" + row["line"].encode() + b"\r"])
    ]
    message = said(heard)
    expected = row["expected"]
    assert message.device_id == (expected["account"] or "")
    if expected["account"] is None:
        assert message.errors
    elif expected["encrypted"]:  # its key is not told: a cry, but for the heartbeat
        assert bool(message.kinds) is ('"*NULL"' not in row["line"])
    elif expected["must_fail"]:  # DC-04 inside DC-09: a fire alarm that others drop, we do not
        assert message.kinds == (Kind.OTHER,)
    else:
        assert message.kinds == ((Kind.OTHER,) if expected["code"] in ALARMS else ())
    if row.get("crc_ok") is not None:
        assert (b'"NAK"' in heard.reply) is not row["crc_ok"] or expected["encrypted"]
