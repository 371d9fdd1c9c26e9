"""H02: text and binary, the state in negative logic, and answers."""

import pytest

from tests.tracking.protocols.talk import MIANYANG, NOW, line
from tracking.messages import Cell, Kind
from tracking.protocols.dialect import Order
from tracking.protocols.speaking import SpeakingH02

PLACE = "090007,A,3128.0507,N,10440.7474,E,001.94,152,211126"
BINARY = "24 4109198974 090007 211126 31280507 06 104407474e 001152"


def hear(frame):
    return line("h02").feed(frame if isinstance(frame, bytes) else frame.encode())


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("FFFFFFFD", [Kind.SOS]),
        ("FFFBFFFF", [Kind.SOS]),
        ("fffbffff", [Kind.SOS]),
        ("FFF3F7FD", [Kind.SOS, Kind.POWER_LOST, Kind.LOW_BATTERY]),
        ("FFFFFFFE", [Kind.OTHER]),
        ("FFFFFFFC", [Kind.SOS, Kind.OTHER]),
        ("FFF7FFFF", [Kind.POWER_LOST]),
        ("FFFFFBFF", []),
        ("FBFFF9FF", []),
    ],
)
def test_the_bits_of_the_state_are_a_set_and_sos_leads(state, kinds):
    for valid in "AV":
        place = PLACE.replace(",A,", f",{valid},")
        (message,) = hear(f"*HQ,4109198974,V1,{place},{state}#").heard
        assert [*message.kinds] == kinds
        assert message.fix.valid is (valid == "A")
        assert message.sent_at == NOW
    (message,) = hear(bytes.fromhex(BINARY + state + "ff0024")).heard
    assert [*message.kinds] == kinds


@pytest.mark.parametrize(
    "place",
    [
        "3128.0507,N,10440.7474,E",
        "31280507,N,104407474,E",
        "-31-28.0507,N,-104-40.7474,E",
    ],
)
def test_degrees_and_minutes_in_every_writing(place):
    (message,) = hear(f"*HQ,4109198974,V1,090007,A,{place},0,0,211126,FFFFFFFF#").heard
    assert abs(message.fix.lat) == pytest.approx(MIANYANG[0], abs=2e-6)
    assert abs(message.fix.lon) == pytest.approx(MIANYANG[1], abs=2e-6)


@pytest.mark.parametrize(
    "frame",
    [
        "*HQ,4109198974,V1,090007,V,0.0000,0,0.0000,0,0.00,0.00,211126,fffffffd,000106#",
        "*HQ,4109198974,V1,090007,V,,,,,,,211126,FFFFFFFD#",
        "*HQ,4109198974,NBR,090007,460,0,0,1,9360,4082,37,211126,FFFFFFFD,2#",
        "*HQ,4109198974,LINK,090007,20,8,67,0,0,211126,FFFFFFFD#",
        "*HQ,4109198974,V3,090007,46000,01,9360,4082,158,-62,0292,0,X,211126,FFFFFFFD#",
        f"*HQ,4109198974,V8,{PLACE},FFFFFFFD,0,0,0,0,22,31,126,0#",
        f"*HQ,4109198974,V19,{PLACE},,195.63.13.195,89480610500392633029,FFFFFFFD#",
        f"*TH,4109198974,V4,S14,100,10,1,3,130305,{PLACE},FFFFFFFD#",
        "*HQ,4109198974,NEW,SOS#",
    ],
)
def test_a_press_is_heard_in_every_kind_of_frame(frame):
    (message,) = hear(frame).heard
    assert message.kinds == (Kind.SOS,)
    assert frame in message.alarm_text


def test_a_state_that_cannot_be_read_may_be_an_alarm():
    assert hear(f"*HQ,4109198974,V1,{PLACE},FFFF?FFD#").kinds == [(Kind.RAW,)]
    assert hear(bytes.fromhex("24 4109198974 090007 211126 31280507")).kinds == []
    talk = line("h02")
    heard = talk.dialect.read(bytes.fromhex(BINARY), talk.session, now=NOW)
    assert heard.messages[0].kinds == (Kind.RAW,)


def test_a_position_of_which_the_end_is_missing_is_no_alarm():
    assert hear(f"*HQ,4109198974,V1,{PLACE}*HQ,4109198974,HTBT,76#").kinds == []


@pytest.mark.parametrize(
    ("sent", "reply"),
    [
        (f"*HQ,4109198974,V1,{PLACE},FFFFFFFF#", "*HQ,4109198974,V4,V1,20261121090007#"),
        ("*HQ,4109198974,HTBT,76#", "*HQ,4109198974,HTBT#"),
        ("*XY,4109198974,V0#", "*XY,4109198974,V0#"),
        (
            "*HQ,4109198974,NBR,090007,460,0,0,1,9360,4082,37,211126,FFFFFFFF,2#",
            "*HQ,4109198974,V4,NBR,20261121090007#",
        ),
        ("*HQ,4109198974,XT,1,100#", ""),
        (f"*HQ,,V1,{PLACE},FFFFFFFF#", ""),
    ],
)
def test_what_wants_an_answer_gets_it(sent, reply):
    assert hear(sent).replies == [reply.encode()]


@pytest.mark.parametrize(
    ("step", "battery"), [("00", None), ("01", 0), ("06", 100), ("4c", 76), ("f3", 3), ("ee", None)]
)
def test_the_battery_of_a_binary_frame(step, battery):
    (message,) = hear(bytes.fromhex(BINARY.replace(" 06 ", f" {step} ") + "ffffffff 000000")).heard
    assert message.battery == battery


@pytest.mark.parametrize("rest", ["ff0024", "ff0010060000000001cc00262b0f170a"])
def test_binary_frames_of_both_sizes_and_texts_between(rest):
    frame = bytes.fromhex(BINARY + "fffffffd" + rest)
    text = SpeakingH02().heartbeat()
    talk = line("h02").feed(frame + text + frame + frame + text + b"\r\n" + frame)
    assert talk.frames == [frame, text, frame, frame, text, frame]
    assert talk.heard[0].device_id == "4109198974"


def test_a_long_binary_frame_in_pieces_says_the_same():
    frame = bytes.fromhex(BINARY + "fffffffd ff0010060000000001cc00262b0f170a")
    for at in range(1, len(frame)):
        talk = line("h02").feed(frame[:at], frame[at:], SpeakingH02().sos(MIANYANG, at=NOW))
        assert talk.kinds == [(Kind.SOS,), (Kind.SOS,)], at


def test_cells_are_kept():
    frame = "*HQ,4208150188,NBR,210249,460,0,0,2,9360,4082,37,9360,4083,-27,211126,FFFFFBFF,2#"
    (message,) = hear(frame).heard
    assert message.cells == (Cell(460, 0, 9360, 4082, 37), Cell(460, 0, 9360, 4083, -27))
    (message,) = hear("*hq,356327081001239,VP1,V,460,002,92,3565,30Y92,19433,30#").heard
    assert message.cells == (Cell(460, 2, 92, 3565, 30), Cell(460, 2, 92, 19433, 30))


def test_an_interval_can_be_set_and_its_answer_is_known():
    talk = line("h02").feed(SpeakingH02().heartbeat())
    sent = talk.dialect.command(Order.INTERVAL, "60", talk.session)
    assert sent == b"*HQ,4109198974,S71,000001,22,60#"
    talk.feed(f"*HQ,4109198974,V4,S71,22,60,000001,{PLACE},FFFFFFFF#".encode())
    assert talk.heard[-1].answers == Order.INTERVAL
    assert talk.heard[-1].fix
