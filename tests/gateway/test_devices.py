"""Every protocol on real sockets: login, heartbeat, position, SOS; and orders to devices."""

from datetime import UTC, datetime

import pytest

from tests.gateway import truth
from tests.gateway.talk import Talk
from tracking.protocols.speaking import (
    SpeakingGt06,
    SpeakingH02,
    SpeakingJt808,
    SpeakingWatch,
)
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


@pytest.mark.parametrize(
    ("speaker", "order", "argument", "told", "answer"),
    [
        (SpeakingWatch("8800000099"), "ring", "", b"[3G*8800000099*0004*FIND]", ""),
        (SpeakingGt06("352887071911901"), "interval", "60", b"TIMER,60,60#", "OK!"),
        (SpeakingJt808("13512345601"), "locate", "", b"\x7e\x82\x01", ""),
        (SpeakingJt808("13512345602"), "interval", "60", b"\x7e\x81\x03", "done"),
        (SpeakingJt808("86649607758216403", version=1), "ring", "", b"\x7e\x83\x00", "done"),
        (SpeakingJt808("86649607758216404", version=1), "call", "110", b"\x7e\x84\x00", "done"),
        (SpeakingH02("4109198901"), "interval", "60", b",S71,000001,22,60#", "S71,22,60,000001"),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "name", ""),
)
def test_an_order_goes_out_and_its_answer_comes_back(
    gateway, witness, speaker, order, argument, told, answer
):
    witness.one(truth.wearers, [speaker.device_id])
    with Talk(gateway, speaker) as device:
        device.says(speaker.heartbeat())
        pk = witness.one(truth.order, speaker.device_id, order, speaker.name, argument)
        heard = device.hears_frame()
        assert told in heard
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "sent")
        device.line.sendall(speaker.obey(heard, HERE, at=datetime.now(UTC)))
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "acknowledged")
    assert witness.one(truth.shown, pk)["answer"].startswith(answer)


def test_a_terminal_that_says_no_is_not_shown_as_if_it_had_obeyed(gateway, witness):
    speaker = SpeakingJt808("13512345603", result=3)
    witness.one(truth.wearers, [speaker.device_id])
    with Talk(gateway, speaker) as device:
        device.says(speaker.heartbeat())
        pk = witness.one(truth.order, speaker.device_id, "interval", "jt808", "60")
        device.line.sendall(speaker.obey(device.hears_frame(), HERE, at=datetime.now(UTC)))
        gateway.wait_until(lambda: witness.one(truth.shown, pk)["answer"])
    assert witness.one(truth.shown, pk)["answer"] == "not supported"
    assert witness.one(truth.command, pk) == "failed"


@pytest.mark.parametrize("version", [None, 1])
def test_a_terminal_that_is_registered_with_its_zeros_is_told_too(gateway, witness, version):
    speaker = SpeakingJt808(f"1351234561{version or 0}", version=version)
    padded = speaker.device_id.rjust(12 if version is None else 20, "0")
    witness.one(truth.wearers, [padded])
    pk = witness.one(truth.order, padded, "locate", "jt808")
    with Talk(gateway, speaker) as device:
        heard = device.hears_frame()
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "sent")
        device.line.sendall(speaker.obey(heard, HERE, at=datetime.now(UTC)))
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "acknowledged")


def test_a_lock_is_told_once_it_has_said_how_it_is_addressed(gateway, witness):
    lock = SpeakingJt808("740190311185")
    witness.one(truth.wearers, [lock.device_id, "8800000097"])
    with gateway.call("jt808", timeout_s=30) as line:
        line.sendall(b"(740190311185,1,001,BASE,2,TIME)")
        assert line.recv(4096).startswith(b"(740190311185,")
        pk = witness.one(truth.order, lock.device_id, "locate", "jt808")
        later = witness.one(truth.order, "8800000097", "locate")
        with Talk(gateway, SpeakingWatch("8800000097")) as device:
            device.hears(lambda got: b"*CR]" in got)
        gateway.wait_until(lambda: witness.one(truth.command, later) == "sent")
        assert witness.one(truth.command, pk) == "queued"
        line.sendall(lock.heartbeat())
        gateway.wait_until(lambda: witness.one(truth.command, pk) == "sent")


def test_an_order_waits_for_the_device(gateway, witness):
    witness.one(truth.wearers, ["8800000098"])
    speaker = SpeakingWatch("8800000098")
    pk = witness.one(truth.order, "8800000098", "locate")
    assert witness.one(truth.command, pk) == "queued"
    with Talk(gateway, speaker) as device:
        device.hears(lambda got: b"*CR]" in got)
    assert witness.one(truth.command, pk) == "sent"
