"""Every protocol on real sockets: login, heartbeat, position, SOS; and orders to devices."""

from datetime import UTC, datetime

import pytest

from tests.gateway import truth
from tests.gateway.talk import Talk
from tracking.protocols.speaking import SpeakingWatch
from tracking.protocols.speaking_units import ALL_SPEAKERS, SpeakingScaip

HERE = (31.4675, 104.68)


@pytest.fixture(scope="module")
def gateway(opened):
    return opened(list(ALL_SPEAKERS))


@pytest.mark.parametrize("protocol", list(ALL_SPEAKERS))
def test_login_heartbeat_position_and_press_are_answered_and_kept(gateway, witness, protocol):
    speaker = ALL_SPEAKERS[protocol]()
    (elder,) = witness.one(truth.wearers, [speaker.device_id])
    now = datetime.now(UTC)
    with Talk(gateway, speaker) as device:
        device.says(speaker.heartbeat())
        if protocol == "watch":  # positions are not answered, and kept before what comes after
            device.line.sendall(speaker.fix(HERE, at=now))
            device.says(speaker.heartbeat())
        else:
            device.says(speaker.fix(HERE, at=now))
        if protocol != "scaip":
            assert witness.one(truth.position, speaker.device_id) == pytest.approx(HERE, abs=1e-4)
        device.says(speaker.sos(None, at=now))
        device.says(speaker.sos(HERE, at=now))
    assert witness.one(truth.heard, speaker.device_id)
    alarms = witness.one(truth.alarms, speaker.device_id)
    assert all(alarm["kinds"][0] == "sos" for alarm in alarms)
    assert all(alarm["protocol"] == protocol for alarm in alarms)
    assert witness.one(truth.emergencies_by_elder)[elder] == 1


def test_the_other_scaip_dialect_and_its_callback(gateway, witness):
    speaker = SpeakingScaip("0042", dialect="scaip")
    with Talk(gateway, speaker) as device:
        assert b"<result>ACK</result>" in device.says(speaker.sos(None, at=datetime.now(UTC)))
    plain = SpeakingScaip("0043", callback="tel:+8613800009999")
    with Talk(gateway, plain) as device:
        device.says(plain.sos(None, at=datetime.now(UTC)))
    (alarm,) = witness.one(truth.alarms, "0043")
    assert alarm["callback"] == "tel:+8613800009999"


def test_an_order_goes_out_and_its_answer_comes_back(gateway, witness):
    speaker = SpeakingWatch("8800000099")
    with Talk(gateway, speaker) as device:
        device.says(speaker.heartbeat())
        pk = witness.one(truth.order, "8800000099", "ring")
        told = device.hears(lambda got: b"*FIND]" in got)
        assert told == b"[3G*8800000099*0004*FIND]"
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "sent")
        device.line.sendall(told)  # a watch answers with the same word
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "acknowledged")


def test_an_order_waits_for_the_device(gateway, witness):
    witness.one(truth.wearers, ["8800000098"])
    speaker = SpeakingWatch("8800000098")
    pk = witness.one(truth.order, "8800000098", "locate")
    assert witness.one(truth.command, pk) == "queued"
    with Talk(gateway, speaker) as device:
        device.hears(lambda got: b"*CR]" in got)
    assert witness.one(truth.command, pk) == "sent"
