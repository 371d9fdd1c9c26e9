"""Two hundred thousand damaged frames a protocol: nothing escapes, nothing grows.

The seed is fixed, so a failure fails again. The frames begin as valid ones and are then flipped,
cut, doubled and spliced. All of them reach the decoder as they are, every other eight of them as a
stream, too. Of SIA and SCAIP as many are damaged in `tests/tracking/test_sia.py` and
`test_scaip.py`.
"""

import random

import pytest

from tests.tracking.protocols.talk import MIANYANG, NOW, OURS, SANTIAGO, SPEAKERS, conversation
from tracking.geo import is_swapped
from tracking.messages import Message, in_order
from tracking.protocols import jt808_frames
from tracking.protocols.gt06_frames import pack, pack_bare
from tracking.protocols.registry import DIALECTS

FRAMES = 200_000
BATCH = 8  # frames that arrive together
MAX_TEXT = 5_000
MAX_HINTS = 64


@pytest.mark.pure
@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_two_hundred_thousand_damaged_frames(name):
    dialect = DIALECTS[name]
    dice = random.Random(f"one number {name}")
    valid = _valid_frames(name, dice)
    session, waiting = dialect.open(), b""
    alarms = places = 0
    for at in range(FRAMES // BATCH):
        damaged = [_damage(dice, valid) for _ in range(BATCH)]
        waiting += b"".join(damaged) if at % 2 else b""
        while True:
            frame, used = dialect.split(waiting)
            waiting = waiting[used:]
            if frame is None:
                break
            assert used
            heard = dialect.read(frame, session, now=NOW).messages
            alarms += sum(bool(message.kinds) for message in heard)
            places += sum(message.fix is not None for message in heard)
            if at % 4 == 1:
                _assert_sane(heard)
        for frame in damaged:
            _assert_sane(dialect.read(frame, session, now=NOW).messages)
        assert len(waiting) <= dialect.max_frame
        assert len(session.asked) <= 16
        assert len(getattr(session, "pending", b"")) <= 20_000
        if at % 500 == 0:
            session = dialect.open()
    assert alarms > 1_000
    assert places > 1_000


def _valid_frames(name, dice):
    frames = [
        frame
        for who, speaker in SPEAKERS.items()
        if who.startswith(name)
        for frame in conversation(speaker())
    ]
    if name == "gt06":
        kinds = [kind for kind in range(256) for _ in range(3)]
        frames = frames * 100 + [
            pack(kind, dice.randbytes(dice.randrange(60)), b"\0\1", long=dice.random() < 0.3)
            for kind in kinds
        ]
        frames += [
            pack_bare(kind, dice.randbytes(dice.randrange(40)), length=dice.randrange(9))
            for kind in (1, 0x10, 0x13, 0x17, 0x30, 0x69, 0x99)
        ]
    if name == "jt808":
        speaker = SPEAKERS["jt808"]()
        for _ in range(600):
            items = b"".join(
                bytes([dice.randrange(256), size := dice.randrange(14)]) + dice.randbytes(size)
                for _ in range(dice.randrange(6))
            )
            report = speaker.report(MIANYANG, NOW, alarms=dice.getrandbits(32)) + items
            kind = dice.choice([0x0200, 0x0200, 0x0201, 0x0704, 0x0900, 0x5501, 0x0001])
            head = {0x0201: b"\0\1", 0x0704: b"\0\1\1\0\x30"}.get(kind, b"")
            frames.append(jt808_frames.pack(kind, head + report, 7, bytes.fromhex("013512345678")))
        frames.append(speaker.batch([speaker.report(SANTIAGO, NOW, alarms=1)] * 5))
        frames.append(b"(740190311185,1,001,BASE,2,TIME)")
    if name == "h02":
        frames += [
            b"*HQ,353111080001055,V3,044855,46000,01,9360,4082,158,-62,0292,0,X,211126,FFFFFBFD#",
            b"*HQ,4208150188,NBR,210249,460,0,0,2,9360,4082,37,9360,4083,27,211126,FFFFFBFF,2#",
            b"*HQ,1600068860,LINK,112137,20,8,67,0,0,211126,FFF7FBFF#",
            b"*hq,356327081001239,VP1,V,460,002,92,3565,0Y92,19433,30#",
            bytes.fromhex("2441091989740900072111263128051006104407474e000152fffffbffff0024"),
            bytes.fromhex("2441091989740900072111263128051006104407474e000152fffffbfdff0010")
            + b"\7" * 13,
        ]
    return frames


def _damage(dice, valid):
    frame = bytearray(dice.choice(valid))
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        if not frame:
            break
        at, more = dice.randrange(len(frame)), dice.randrange(1, 12)
        match dice.randrange(7):
            case 0 | 1:
                frame[at] ^= 1 << dice.randrange(8)
            case 2:
                frame[at] = dice.choice(b"\x00\xff\x7d\x7e[]*#,$xy\r\n0}(")
            case 3:
                del frame[at : at + more]
            case 4:
                frame[at:at] = frame[at : at + more]
            case 5:
                frame = frame[:at]
            case 6:
                other = dice.choice(valid)
                frame[at:] = other[dice.randrange(len(other)) :]
    return bytes(frame)


def _assert_sane(messages: tuple[Message, ...]) -> None:
    assert messages
    for message in messages:
        assert len(message.device_id) <= 64
        assert message.device_id.isprintable()
        assert message.battery is None or 0 <= message.battery <= 100
        assert message.kinds == in_order(message.kinds)
        assert bool(message.kinds) == bool(message.alarm_text)
        assert len(message.alarm_text) < MAX_TEXT
        assert (message.alarm_text + message.answer_text).isprintable()
        assert len(message.answer_text) <= 200
        assert len(message.cells) <= MAX_HINTS
        assert len(message.wifi) <= MAX_HINTS
        if message.fix:
            lat, lon = message.fix.lat, message.fix.lon
            assert -90 <= lat <= 90 or is_swapped(lat, lon)  # what is stored is turned round
            assert -180 <= lon <= 180
        assert message.fix is None or message.fix.fixed_at == message.sent_at
