"""GT06: logins, serials, alarm codes, and the cousin without CRC."""

from datetime import timedelta

import pytest

from tests.tracking.protocols.talk import MIANYANG, NOW, line
from tracking.messages import Cell, Kind, Wifi
from tracking.protocols.dialect import Order
from tracking.protocols.gt06_frames import pack, pack_bare, take_apart
from tracking.protocols.speaking import SpeakingGt06

DEVICE = SpeakingGt06()
CLOCK = bytes([26, 11, 21, 9, 0, 7])
# 31.467512 N 104.679123 E, 36 km/h, valid, 152 degrees
GPS = CLOCK + bytes.fromhex("c9 036047f2 0b3b1915 24 1498")
CELL = bytes.fromhex("01cc 00 2490 000ff2")
WIDE_CELL = bytes.fromhex("01cc 00 00002490 00000000000ff200")


def hear(kind, content, *, long=False, login=None):
    talk = line("gt06").feed(login or DEVICE.login())
    return talk.feed(pack(kind, content, b"\x12\x34", long=long))


@pytest.mark.parametrize(
    ("state", "code", "kinds"),
    [
        (0x20, 0x01, [Kind.SOS]),
        (0x20, 0x19, [Kind.SOS, Kind.LOW_BATTERY]),
        (0x18, 0x01, [Kind.SOS, Kind.LOW_BATTERY]),
        (0x44, 0x23, [Kind.FALL]),
        (0x10, 0x00, [Kind.POWER_LOST]),
        (0x38, 0x00, [Kind.REMOVED]),
        (0x40, 0x04, [Kind.ZONE_ENTER]),
        (0x40, 0x05, [Kind.ZONE_EXIT]),
        (0x40, 0x13, [Kind.TAMPER]),
        (0x40, 0x3E, [Kind.OTHER]),
        (0x40, 0x77, [Kind.OTHER]),
        (0x46, 0x00, []),
        (0x46, 0xFE, []),
        (0x46, 0xFF, []),
    ],
)
@pytest.mark.parametrize("kind", [0x13, 0x16, 0x26, 0x27, 0x19, 0xA3, 0xA4, 0xA5])
def test_state_and_code_are_one_set_and_sos_leads(kind, state, code, kinds):
    tail = bytes([state, 5, 4, code, 2])
    content = {
        0x13: tail,
        0x16: GPS + b"\x09" + CELL + tail,
        0x26: GPS + b"\x08" + CELL + tail,
        0x27: GPS + b"\x09" + CELL + tail + b"\xff",
        0x19: CELL + tail,
        0xA3: GPS + b"\x10" + WIDE_CELL + tail,
        0xA4: GPS + b"\x10" + WIDE_CELL + tail + b"\xff",
        0xA5: WIDE_CELL + tail,
    }[kind]
    talk = hear(kind, content)
    message = talk.heard[-1]
    assert [*message.kinds] == kinds
    assert message.battery == 83
    assert talk.replies[-1] == pack(kind, b"", b"\x12\x34")
    if kind not in (0x13, 0x19, 0xA5):
        assert message.fix.lat == pytest.approx(31.467512, abs=2e-6)
    if kind != 0x13:
        assert message.cells[0].mcc == 460


def test_an_alarm_in_the_long_form_is_answered_in_it():
    content = GPS + b"\x10" + WIDE_CELL + b"\x20\x05\x04\x01\x02\xff"
    talk = hear(0xA4, content, long=True)
    assert talk.kinds == [(Kind.SOS,)]
    assert talk.replies[-1] == pack(0xA4, b"", b"\x12\x34", long=True)


def test_the_serial_is_echoed():
    talk = line("gt06").feed(DEVICE.login(), pack(0x12, GPS + CELL, b"\xbe\xef"))
    assert talk.replies[-1] == pack(0x12, b"", b"\xbe\xef")


def test_a_doubtful_fix_is_kept_and_says_so():
    doubtful = GPS[:-2] + b"\x04\x98"
    (_, message) = hear(0x16, doubtful + b"\x09" + CELL + b"\x20\x05\x04\x01\x02").heard
    assert message.kinds == (Kind.SOS,)
    assert message.fix.valid is False


@pytest.mark.parametrize("kind", [0x16, 0x26, 0x27, 0x19, 0xA4, 0xA5, 0x95])
@pytest.mark.parametrize("size", [0, 1, 5, 7])
def test_an_alarm_that_cannot_be_read_is_one_with_its_bytes(kind, size):
    talk = hear(kind, b"\xaa" * size)
    message = talk.heard[-1]
    assert message.kinds
    assert f"{kind:02x}" + "aa" * size in message.alarm_text
    assert talk.replies[-1] == pack(kind, b"", b"\x12\x34")


def test_before_a_login_only_an_alarm_counts():
    talk = line("gt06").feed(DEVICE.fix(MIANYANG, at=NOW), DEVICE.sos(MIANYANG, at=NOW))
    position, press = talk.heard
    assert position.errors
    assert press.kinds == (Kind.SOS,)


@pytest.mark.parametrize(
    ("extension", "hours"), [("3201", 8), ("4dd8", -12.75), ("0001", 0), ("1f4a", -5)]
)
def test_the_login_says_how_far_its_clock_is_ahead(extension, hours):
    content = bytes.fromhex("0352887071911998 100b" + extension)
    talk = line("gt06").feed(pack(0x01, content, b"\0\1"), pack(0x12, GPS + CELL, b"\0\2"))
    told = talk.heard[-1].sent_at
    assert told == NOW - timedelta(hours=hours)
    talk.feed(pack(0x22, GPS + CELL + b"\0\0\0", b"\0\3"))
    assert talk.heard[-1].sent_at == NOW  # the newer types say UTC


def test_every_check_sum_is_read_also_one_that_looks_like_an_end():
    for serial in range(0x10000):
        frame = pack(0x13, b"\x44\x05\x04\x00\x02", serial.to_bytes(2))
        if frame[-3] == 0x0D or frame[-4:-2] == b"\r\n":
            parts = take_apart(frame)
            assert parts.intact
            assert parts.serial == serial.to_bytes(2)


def test_it_is_told_the_time():
    talk = hear(0x8A, b"")
    assert talk.replies[-1] == pack(0x8A, CLOCK, b"\x12\x34")


def test_cells_and_access_points_are_kept():
    cells = bytes.fromhex("2490000ff23c 2490000ff33e") + bytes(30)
    talk = hear(0x2C, CLOCK + b"\x01\xcc\x00" + cells + b"\xff\x01\xc8\x3a\x35\x00\x11\x22\x3d")
    message = talk.heard[-1]
    assert message.cells == (Cell(460, 0, 0x2490, 0xFF2, -60), Cell(460, 0, 0x2490, 0xFF3, -62))
    assert message.wifi == (Wifi("c8:3a:35:00:11:22", -61),)


@pytest.mark.parametrize(("event", "kind"), [(0x13, Kind.POWER_LOST), (0x14, Kind.REMOVED)])
def test_a_long_frame_of_modules(event, kind):
    seconds = int(NOW.timestamp()).to_bytes(4)
    place = seconds + b"\x09\x02\x00" + GPS[7:15] + b"\x24\x14\x98"
    modules = b"\x00\x33" + len(place).to_bytes(2) + place + b"\x00\x2b\x00\x01" + bytes([event])
    message = hear(0x70, modules, long=True).heard[-1]
    assert message.kinds == (kind,)
    assert message.sent_at == NOW
    assert message.fix.altitude_m == 512


class TestBare:
    """Without serial and CRC: 365GPS, Topin, Zhongxun."""

    IMEI = bytes.fromhex("0359339075005244")

    def hear(self, frame):
        login = pack_bare(0x01, self.IMEI + b"\x34", length=0x0D)
        return line("gt06").feed(login, frame)

    def test_a_login_is_answered_in_its_own_form(self):
        talk = self.hear(b"")
        assert talk.heard[0].device_id == "359339075005244"
        assert talk.replies == [b"xx\x01\x01\r\n"]

    def test_a_position_and_its_answer(self):
        talk = self.hear(pack_bare(0x10, GPS, length=0x12))
        assert talk.heard[-1].fix.lat == pytest.approx(31.467512, abs=2e-6)
        assert talk.replies[-1] == b"xx\x00\x10" + CLOCK + b"\r\n"

    def test_access_points_and_cells_without_a_place(self):
        clock = bytes.fromhex("261121090007")
        content = clock + bytes.fromhex("c83a35001122 3d 01 01cc 00 2490 0ff2 5a")
        talk = self.hear(pack_bare(0x69, content, length=1))
        assert talk.heard[-1].wifi == (Wifi("c8:3a:35:00:11:22", -61),)
        assert talk.heard[-1].cells == (Cell(460, 0, 0x2490, 0x0FF2, -90),)
        assert talk.heard[-1].sent_at == NOW
        assert talk.replies[-1] == b"xx\x00\x69" + clock + b"\r\n"

    def test_its_alarm_is_one(self):
        assert self.hear(pack_bare(0x99, b"\x01\x02", length=1)).kinds == [(Kind.SOS,)]


def test_a_position_that_holds_the_bytes_of_an_end_is_one_frame():
    content = GPS + b"\x0d\x0a" + CELL
    talk = hear(0x22, content)
    assert len(talk.frames) == 2
    assert talk.heard[-1].fix


def test_an_interval_can_be_set_and_its_answer_is_known():
    talk = line("gt06").feed(DEVICE.login())
    sent = talk.dialect.command(Order.INTERVAL, "60", talk.session)
    flag, text = sent[5:9], b"TIMER,60,60#"
    assert sent == pack(0x80, bytes([4 + len(text)]) + flag + text + b"\0\2", flag[2:])
    answer = b"OK!"
    talk.feed(pack(0x15, bytes([4 + len(answer)]) + flag + answer + b"\0\2", b"\0\7"))
    assert talk.heard[-1].answers == Order.INTERVAL
    assert talk.heard[-1].answer_text == "OK!"
    assert talk.replies[-1] == b""


def test_a_device_says_where_it_is_in_words():
    talk = line("gt06").feed(DEVICE.login())
    flag = talk.dialect.command(Order.LOCATE, "", talk.session)[5:9]
    words = b"Current position!Lat:N31.467512,Lon:E104.679123,Course:152.00,Speed:3.6,DateTime:x"
    talk.feed(pack(0x21, flag + b"\x01" + words, b"\0\7", long=True))
    assert talk.heard[-1].answers == Order.LOCATE
    assert talk.heard[-1].fix.lon == 104.679123


def test_what_it_cannot_do_is_not_sent():
    talk = line("gt06").feed(DEVICE.login())
    assert talk.dialect.command(Order.RING, "", talk.session) == b""
