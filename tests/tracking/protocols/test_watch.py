"""3G-watch: what its alarms mean, and what it is answered."""

import pytest

from tests.tracking.protocols.talk import MIANYANG, NOW, line
from tracking.messages import Cell, Kind, Wifi
from tracking.protocols.dialect import Order
from tracking.protocols.speaking import SpeakingWatch


def alarm(state, content="", word="AL"):
    content = content or (
        f"{word},211126,090007,V,31.467512,N,104.679123,E,0,0,0,0,60,12,0,0,{state},0,0"
    )
    return f"[3G*8800000015*{len(content):04X}*{content}]".encode()


def heard(*frames):
    return line("watch").feed(*frames).heard[-1]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("00010000", [Kind.SOS]),
        ("00010001", [Kind.SOS, Kind.LOW_BATTERY]),
        ("00030001", [Kind.SOS, Kind.LOW_BATTERY]),
        ("00200000", [Kind.FALL]),
        ("00310001", [Kind.SOS, Kind.FALL, Kind.REMOVED, Kind.LOW_BATTERY]),
        ("00100008", [Kind.REMOVED]),
        ("00040000", [Kind.ZONE_EXIT]),
        ("00080000", [Kind.ZONE_ENTER]),
        ("00020000", [Kind.LOW_BATTERY]),
        ("00000000", [Kind.OTHER]),
        ("00000008", [Kind.OTHER]),
        ("80000000", [Kind.OTHER]),
    ],
)
def test_an_alarm_is_all_that_its_state_says_and_sos_leads(state, kinds):
    message = heard(alarm(state))
    assert [*message.kinds] == kinds
    assert state in message.alarm_text


@pytest.mark.parametrize("word", ["AL", "AL_LTE", "AL_WCDMA", "ALCUSTOMER1", "al"])
def test_every_spelling_of_an_alarm_is_one_and_is_acknowledged(word):
    talk = line("watch").feed(alarm("00010000", word=word))
    assert talk.kinds == [(Kind.SOS,)]
    assert talk.replies == [b"[3G*8800000015*0002*AL]"]


def test_a_fix_that_the_watch_doubts_is_kept_and_says_so():
    message = heard(alarm("00010000"))
    assert message.fix.valid is False
    assert message.fix.lat == 31.467512


@pytest.mark.parametrize("word", ["UD", "UD2", "UD3", "UD_LTE", "WT"])
def test_a_press_in_a_position_is_a_press_and_wants_no_answer(word):
    talk = line("watch").feed(alarm("00010000", word=word))
    assert talk.kinds == [(Kind.SOS,)]
    assert talk.replies == [b""]


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ("AL", [Kind.RAW]),
        ("AL,", [Kind.RAW]),
        ("AL,help,me", [Kind.RAW]),
        ("AL,211126,090007,A,,,,,,,,,,,,,", [Kind.RAW]),
        ("AL,211126,090007,V,00010000", [Kind.SOS]),
        ("AL,211126,090007,V,x,N,y,E,?,?,?,?,?,?,?,?,00010000", [Kind.SOS]),
        ("AL,999999,999999,V,91,N,181,E,0,0,0,0,60,999,0,0,00010000,9,9,9,9,9", [Kind.SOS]),
    ],
)
def test_an_alarm_that_cannot_be_read_is_one_with_its_bytes(content, kinds):
    talk = line("watch").feed(alarm("", content))
    (message,) = talk.heard
    assert [*message.kinds] == kinds
    assert content in message.alarm_text
    assert message.device_id == "8800000015"
    assert talk.replies == [b"[3G*8800000015*0002*AL]"]


def test_the_index_of_some_makers_is_echoed():
    talk = line("watch").feed(b"[ZJ*014111001350304*0034*0009*LK,0,0,19]")
    assert talk.replies == [b"[ZJ*014111001350304*0034*0002*LK]"]
    assert talk.heard[0].battery == 19
    command = talk.dialect.command(Order.RING, "", talk.session)
    assert command == b"[ZJ*014111001350304*0034*0004*FIND]"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"LK", b"LK"),
        (b"LK,50,100,76", b"LK"),
        (b"TKQ", b"TKQ"),
        (b"TKQ2", b"TKQ2"),
        (b"INIT,x", b"INIT,1"),
        (b"CONFIG,TY:g36,UL:600", b"CONFIG,1"),
        (b"PULSE,72", b""),
        (b"nobody knows", b""),
    ],
)
def test_what_wants_an_answer_gets_it(sent, answer):
    talk = line("watch").feed(b"[SG*8800000015*%04X*%b]" % (len(sent), sent))
    (reply,) = talk.replies
    assert reply == (b"[SG*8800000015*%04X*%b]" % (len(answer), answer) if answer else b"")
    assert talk.heard[0].errors == {}


def test_cells_and_access_points_are_kept():
    message = heard(SpeakingWatch().sos(MIANYANG, at=NOW))
    assert message.cells == (Cell(460, 0, 9360, 4082, 131),)
    assert message.wifi == (Wifi("c8:3a:35:00:11:22", -61),)
    assert message.fix.accuracy_m == 12.5


def test_a_cell_in_hexadecimal_is_read_as_such():
    content = alarm("00010000").decode()[1:-1].split("*")[3].removesuffix("0,0")
    message = heard(alarm("", content + "1,1,234,10,55C0,3B882A2,132,,10"))
    assert message.cells == (Cell(234, 10, 0x55C0, 0x3B882A2, 132),)


def test_names_of_access_points_may_hold_brackets_and_commas():
    content = alarm("00010000").decode()[1:-1].split("*")[3].removesuffix("0,0")
    content += "0,1,2,[loft] a,b,c8:3a:35:00:11:22,-61,[x]y,C8:3A:35:00:11:23,-70,9.5"
    message = heard(alarm("", content))
    assert [point.bssid for point in message.wifi] == ["c8:3a:35:00:11:22", "c8:3a:35:00:11:23"]
    assert message.fix.accuracy_m == 9.5


@pytest.mark.parametrize("announced", [0, 1, 40, 200, 9999])
def test_a_wrong_length_costs_no_alarm(announced):
    content = alarm("00010000").split(b"*", 3)[3]
    talk = line("watch").feed(b"[3G*8800000015*%04X*%b" % (announced, content))
    assert talk.kinds == [(Kind.SOS,)]


def test_a_frame_without_a_readable_head_may_be_an_alarm():
    message = heard(b"[3G*8800000015*AL,211126,090007,V,x,N,y,E,0,0,0,0,60,12,0,0,00010000]")
    assert message.kinds == (Kind.SOS,)
    assert message.device_id == "8800000015"


def test_an_escaped_character_is_one_character():
    talk = line("watch").feed(b"[CS*1234567890*000e*TK,#!AMR}\x01}\x02}\x03}\x04}\x05\xff]")
    assert talk.frames == [b"[CS*1234567890*000e*TK,#!AMR}[],*\xff]"]


@pytest.mark.parametrize(
    ("order", "argument", "content"),
    [
        (Order.LOCATE, "", "CR"),
        (Order.RING, "", "FIND"),
        (Order.INTERVAL, "600", "UPLOAD,600"),
        (Order.CALL, "+8613800000000", "CALL,+8613800000000"),
    ],
)
def test_a_watch_can_be_told_and_says_that_it_has_understood(order, argument, content):
    talk = line("watch").feed(SpeakingWatch().heartbeat())
    sent = talk.dialect.command(order, argument, talk.session)
    assert sent == f"[3G*8800000015*{len(content):04X}*{content}]".encode()
    word = content.partition(",")[0].encode()
    talk.feed(b"[3G*8800000015*%04X*%b]" % (len(word), word))
    assert talk.heard[-1].answers == order


@pytest.mark.parametrize(
    ("order", "argument"), [(Order.INTERVAL, "1"), (Order.INTERVAL, "x"), (Order.CALL, "1]2")]
)
def test_an_argument_that_cannot_be_meant_is_not_sent(order, argument):
    talk = line("watch")
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reason
        talk.dialect.command(order, argument, talk.session)
