"""JT/T 808: three editions, escaping, alarm bits, batches, parts."""

from datetime import timedelta

import pytest

from tests.tracking.protocols.talk import MIANYANG, NOW, SANTIAGO, line
from tracking.messages import Cell, Kind, Wifi
from tracking.protocols.dialect import Order
from tracking.protocols.jt808_frames import escape, pack, take_apart, unescape
from tracking.protocols.octets import xor
from tracking.protocols.speaking import SpeakingJt808

TERMINAL = bytes.fromhex("013512345678")
DEVICE = SpeakingJt808()


def report(alarms=0, items=b"", place=MIANYANG):
    bare = DEVICE.report(place, NOW, alarms=alarms)[:28]
    return bare + items


def hear(kind, body, **more):
    return line("jt808").feed(pack(kind, body, 0x1234, TERMINAL, **more))


def answer(body, kind=0x8001):
    return pack(kind, body, 0x1234, TERMINAL)


@pytest.mark.parametrize(
    ("alarms", "kinds"),
    [
        (0x00000001, [Kind.SOS]),
        (0x00000081, [Kind.SOS, Kind.LOW_BATTERY]),
        (0x00020181, [Kind.SOS, Kind.TAMPER, Kind.POWER_LOST, Kind.LOW_BATTERY]),
        (0x00000100, [Kind.POWER_LOST]),
        (0x20000000, [Kind.OTHER]),
        (0x00000020, [Kind.TAMPER]),
        (0x00000000, []),
    ],
)
@pytest.mark.parametrize("place", [MIANYANG, None])
def test_the_alarm_bits_are_a_set_and_sos_leads(alarms, kinds, place):
    talk = hear(0x0200, report(alarms, place=place))
    (message,) = talk.heard
    assert [*message.kinds] == kinds
    assert (message.fix is None) is (place is None)
    assert talk.replies == [answer(bytes.fromhex("1234 0200 00"))]


def test_a_doubtful_fix_is_kept_and_says_so():
    body = report(1)
    (message,) = hear(0x0200, body[:4] + b"\0\0\0\0" + body[8:]).heard
    assert message.kinds == (Kind.SOS,)
    assert message.fix.valid is False


@pytest.mark.parametrize("size", range(28))
def test_a_report_that_ends_too_early_is_an_alarm_when_it_says_so_or_nobody_can_tell(size):
    talk = hear(0x0200, report(1)[:size])
    (message,) = talk.heard
    assert message.kinds == ((Kind.SOS,) if size >= 4 else (Kind.RAW,))
    assert f"{report(1)[:size].hex()}" in message.alarm_text
    assert talk.replies == [answer(bytes.fromhex("1234 0200 00"))]


def test_an_encrypted_report_may_be_an_alarm():
    core = bytes.fromhex("0200 041c") + TERMINAL + bytes(2) + bytes(28)
    assert line("jt808").feed(escape(core + bytes([xor(core)]))).kinds == [(Kind.RAW,)]


def test_what_could_not_be_kept_is_refused():
    talk = line("jt808")
    frame = unescape(pack(0x0200, report(1), 0x1234, TERMINAL))
    heard = talk.dialect.read(frame, talk.session, now=NOW)
    assert heard.refusal == answer(bytes.fromhex("1234 0200 01"))


@pytest.mark.parametrize("version", [None, 1])
def test_register_authenticate_and_ask_for_the_time(version):
    terminal = TERMINAL if version is None else TERMINAL.rjust(10, b"\0")
    talk = line("jt808")
    for kind in (0x0100, 0x0102, 0x0002, 0x0109, 0x0003):
        talk.feed(pack(kind, b"x", 0x1234, terminal, version=version))

    def own(kind, body):
        return pack(kind, body, 0x1234, terminal, version=version)

    assert talk.replies == [
        own(0x8100, bytes.fromhex("1234 00") + b"13512345678"),
        own(0x8001, bytes.fromhex("1234 0102 00")),
        own(0x8001, bytes.fromhex("1234 0002 00")),
        own(0x8109, bytes.fromhex("07ea 0b 15 09 00 07")),
        own(0x8001, bytes.fromhex("1234 0003 00")),
    ]
    assert {message.device_id for message in talk.heard} == {"13512345678"}
    assert talk.heard[0].aliases == (terminal.hex(),)


def test_an_imei_as_a_binary_number_gets_its_check_digit():
    talk = line("jt808").feed(pack(0x0002, b"", 1, bytes.fromhex("4eb6fb4ad628")))
    assert talk.heard[0].device_id == "865478070001047"


def test_every_byte_can_be_sent():
    body = bytes(range(256)) + b"\x7d\x01\x7d\x02\x7e\x7e"
    (frame,) = hear(0x0900, body).frames
    assert take_apart(frame)[1] == body
    assert take_apart(frame)[0].intact


def test_a_device_that_does_not_escape_is_understood():
    for lat in range(0x02000000, 0x02000200):  # some of them have a 7e or a 7d 01 in them
        lon = 0x067D0155
        body = report(1)
        body = body[:8] + lat.to_bytes(4) + lon.to_bytes(4) + body[16:]
        frame = unescape(pack(0x0200, body, 0x1234, TERMINAL))
        (message,) = line("jt808").feed(frame).heard
        assert message.kinds == (Kind.SOS,)
        assert (message.fix.lat, message.fix.lon) == (lat / 1e6, lon / 1e6)
        assert message.warnings == {}


def test_a_wrong_check_byte_costs_no_alarm():
    frame = bytearray(pack(0x0200, report(1), 0x1234, TERMINAL))
    frame[-2] ^= 1
    talk = line("jt808").feed(bytes(frame))
    assert talk.kinds == [(Kind.SOS,)]
    assert talk.heard[0].warnings["check"]


def test_what_was_kept_without_a_network_comes_in_a_batch():
    reports = [
        DEVICE.report(MIANYANG, NOW - timedelta(minutes=3)),
        DEVICE.report(None, NOW - timedelta(minutes=2), alarms=1),
        DEVICE.report(SANTIAGO, NOW - timedelta(minutes=1), alarms=0x80),
    ]
    talk = line("jt808").feed(DEVICE.batch(reports))
    assert [m.kinds for m in talk.heard] == [(), (Kind.SOS,), (Kind.LOW_BATTERY,)]
    assert [m.sent_at for m in talk.heard] == [NOW - timedelta(minutes=n) for n in (3, 2, 1)]
    assert len(talk.replies) == 1


@pytest.mark.parametrize("cut", range(3, 90))
def test_a_batch_in_two_parts_loses_nothing(cut):
    reports = [report(place=MIANYANG), report(1), report(place=SANTIAGO)]
    body = b"\0\3\1" + b"".join(b"\0\x1c" + one for one in reports)
    talk = line("jt808")
    for number, part in enumerate((body[:cut], body[cut:]), start=1):
        attributes = len(part) | 0x2000
        core = bytes.fromhex(f"0704 {attributes:04x}") + TERMINAL + bytes([0, number])
        core += bytes([0, 2, 0, number]) + part
        talk.feed(escape(core + bytes([xor(core)])))
    kinds = [m.kinds for m in talk.heard if m.kinds]
    assert kinds
    assert set(kinds) == {(Kind.SOS,)}  # cut within the alarm it is told twice, and kept once
    assert len({m.sent_at for m in talk.heard if m.kinds and m.fix}) == 1
    assert {round(m.fix.lat) for m in talk.heard if m.fix} == {31, -33}


@pytest.mark.parametrize(
    ("items", "kinds"),
    [
        ("12 06 01 00000007 00", [Kind.ZONE_ENTER]),
        ("12 06 01 00000007 01", [Kind.ZONE_EXIT]),
        ("eb 08 0006 0089 ffffefff", [Kind.REMOVED]),
        ("eb 08 0006 0089 fffffffe", [Kind.POWER_LOST]),
        ("eb 08 0006 00c5 ffffbfff", [Kind.TAMPER]),
        ("eb 08 0006 0089 ffffffff", []),
        ("e8 14 0c01 10 31313131313131 261121170007 000000 00", [Kind.SOS]),
        ("e8 14 0777 10 31313131313131 261121170007 000000 00", [Kind.OTHER]),
        ("fe 07 7c 01 04 00000010", [Kind.TAMPER]),
        ("d0 04 00000008", [Kind.OTHER]),
        ("99 03 010203", []),
        ("12 06 01", []),
        ("eb ff 0006", []),
    ],
)
def test_makers_items_hold_alarms_too(items, kinds):
    (message,) = hear(0x0200, report(items=bytes.fromhex(items))).heard
    assert [*message.kinds] == kinds
    assert message.fix


@pytest.mark.parametrize(
    ("items", "battery", "charging"),
    [
        ("d4 01 4c", 76, None),
        ("fe 01 4c", 76, None),
        ("e4 02 00 4c", 76, True),
        ("e4 02 01 4c", 76, False),
        ("56 02 07 4c", 76, None),
        ("56 02 07 00", 70, None),
        ("f7 06 00000f62 02 4c", 76, True),
        ("eb 05 0003 00a8 4c", 76, None),
        ("d4 01 ff", None, None),
    ],
)
def test_the_battery_stands_where_the_maker_put_it(items, battery, charging):
    (message,) = hear(0x0200, report(items=bytes.fromhex(items))).heard
    assert (message.battery, message.charging) == (battery, charging)


def test_cells_and_access_points_are_kept():
    items = bytes.fromhex(
        "53 09 01 01cc 00 2490 0ff2 3c   54 08 01 c83a35001122 c3   ec 07 c83a35001123 c2"
    )
    (message,) = hear(0x0200, report(items=items)).heard
    assert message.cells == (Cell(460, 0, 0x2490, 0x0FF2, 60),)
    assert message.wifi == (Wifi("c8:3a:35:00:11:23", -62),)


def test_a_padlock_is_no_pendant_but_is_heard():
    clock, lat, lon = "211126090007", "31280507", "1044074747"
    rest = "00 00 1c06 00000007 4c 00000000 0000 03 0000 0008"
    core = bytes.fromhex(f"5501 8037 856009001017 47 {clock} {lat} {lon} {rest}")
    talk = line("jt808").feed(escape(core + bytes([xor(core)])))
    (message,) = talk.heard
    assert message.kinds == (Kind.LOW_BATTERY,)
    assert message.fix.lat == pytest.approx(31.4675117, abs=1e-6)
    assert message.sent_at == NOW
    assert talk.replies[0][1:3] == b"\x44\x01"


def test_a_lock_asks_for_the_time_in_words():
    talk = line("jt808").feed(b"(794104004140,1,001,BASE,2,TIME)")
    assert talk.replies == [b"(794104004140,1,001,BASE,2,20261121090007)"]


@pytest.mark.parametrize(
    ("order", "argument", "kind", "body"),
    [
        (Order.LOCATE, "", 0x8201, ""),
        (Order.INTERVAL, "60", 0x8103, "01 00000029 04 0000003c"),
        (Order.CALL, "13800000000", 0x8400, "00 3133383030303030303030"),
    ],
)
def test_it_can_be_told_and_says_that_it_has_understood(order, argument, kind, body):
    talk = line("jt808").feed(DEVICE.heartbeat())
    sent = talk.dialect.command(order, argument, talk.session)
    assert sent == pack(kind, bytes.fromhex(body), 1, TERMINAL)
    if order == Order.LOCATE:
        talk.feed(pack(0x0201, b"\0\1" + report(1), 9, TERMINAL))
        assert talk.kinds == [(Kind.SOS,)]
    else:
        talk.feed(pack(0x0001, b"\0\1" + kind.to_bytes(2) + b"\0", 9, TERMINAL))
        assert talk.heard[-1].answer_text == "done"
    assert talk.heard[-1].answers == order
    assert talk.replies[-1] == b""


def test_it_can_be_made_to_speak():
    talk = line("jt808").feed(DEVICE.heartbeat())
    sent = talk.dialect.command(Order.RING, "", talk.session)
    assert "请接电话".encode("gbk") in unescape(sent)


def test_nothing_is_sent_to_whom_nobody_has_heard():
    talk = line("jt808")
    assert talk.dialect.command(Order.LOCATE, "", talk.session) == b""
