"""Panels and pendants' base stations on real sockets, with a real gateway process."""

import socket
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from tests.gateway import truth
from tracking.protocols.sia_frames import Envelope, frame, unlock

KEY = bytes(range(16))
BASE = Envelope("0042", "R1", "L0", "1A2B")
PRESS = frame("ADM-CID", BASE, "#1A2B|1101 00 001")


def base(account):
    """The envelope and the press of another account."""
    envelope = Envelope("0042", "R1", "L0", account)
    return envelope, frame("ADM-CID", envelope, f"#{account}|1101 00 001")


@pytest.fixture(scope="module")
def gateway(opened):
    return opened(["sia"])


def answer(line):
    got = b""
    while not got.endswith(b"\r"):
        piece = line.recv(1000)
        assert piece, f"hung up after {got!r}"
        got += piece
    return got


def test_a_press_is_answered_and_one_case(gateway, witness):
    (elder,) = witness.one(truth.wearers, ["1A2B"])
    with gateway.call("sia") as line:
        line.sendall(PRESS)
        assert b'"ACK"0042R1L0#1A2B[]' in answer(line)
        (alarm,) = witness.one(truth.alarms, "1A2B")
        assert (alarm["kinds"], alarm["protocol"]) == (["sos"], "sia")
        line.sendall(PRESS)
        answer(line)
    assert witness.one(truth.emergencies_by_elder)[elder] == 1


def test_heartbeat_and_alarm_in_pieces_and_together(gateway, witness):
    envelope, press = base("2A2B")
    with gateway.call("sia") as line:
        for at in range(len(press)):
            line.sendall(press[at : at + 1])
        assert b'"ACK"' in answer(line)
        again = Envelope("0043", "R1", "L0", "2A2B")
        line.sendall(frame("NULL", envelope) + frame("NULL", again))
        both = answer(line)
        if both.count(b"\r") < 2:
            both += answer(line)
        assert b'"ACK"0042' in both
        assert b'"ACK"0043' in both
    assert witness.one(truth.heard, "2A2B")


def test_a_datagram_that_comes_again_gets_the_same_answer_and_is_one_alarm(gateway, witness):
    _, press = base("3A2B")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(10)
        line.connect(("127.0.0.1", gateway.ports["sia"]))
        line.send(press)
        first = line.recv(1000)
        line.send(press)
        assert line.recv(1000) == first
    (alarm,) = witness.one(truth.alarms, "3A2B")
    assert alarm["repeats"] == 0


def test_it_says_that_it_is_there(gateway, witness):
    with gateway.call("sia") as line:
        line.sendall(PRESS)
        answer(line)
        # The gateway has answered others before, and its last beat may be older than this line.
        gateway.wait_until(lambda: witness.one(truth.beat).get("lines") == {"sia": 1})
        gateway.wait_until(lambda: witness.one(truth.beat).get("answered", 0) > 0)
        told = witness.one(truth.beat)
    assert told["ports"] == {"sia": gateway.ports["sia"]}
    assert told["missing"] == {}


def test_what_is_encrypted_is_believed_and_what_is_plain_is_kept_unverified(opened, witness):
    envelope, press = base("4A2B")
    witness.one(truth.wearers, ["4A2B"])
    witness.one(truth.give_key, "4A2B", KEY.hex())
    with opened(["sia"]).call("sia") as line:
        now = datetime.now(UTC)
        line.sendall(frame("ADM-CID", envelope, "#4A2B|1101 00 001", key=KEY, at=now))
        sealed = answer(line).decode().rpartition("[")[2]
        assert "|]_" in str(unlock(sealed, KEY))
        line.sendall(press)
        answer(line)
    believed, doubted = witness.one(truth.alarms, "4A2B")
    assert believed["verified"]
    assert not doubted["verified"]
    assert believed["cases"] == doubted["cases"]


def test_rubbish_is_refused_and_the_line_lives_on(gateway, witness):
    with gateway.call("sia") as line:
        line.sendall(b"GET / HTTP/1.1\r")
        assert b'"NAK"' in answer(line)
        line.sendall(PRESS)
        assert b'"ACK"' in answer(line)


def test_a_frame_without_an_end_is_hung_up_on(gateway):
    with gateway.call("sia") as line:
        line.sendall(b"A" * 5000)
        with suppress(ConnectionResetError):
            assert line.recv(100) == b""


def test_a_stop_finishes_what_it_began(opened, witness):
    gateway = opened(["sia"])
    lines = [gateway.call("sia") for _ in range(20)]
    for n, line in enumerate(lines):
        line.sendall(frame("ADM-CID", Envelope(f"{n:04}", "", "L0", f"AB{n:02}"), "1101 00 001"))
    first = answer(lines[0])
    assert gateway.stop() == 0
    answered = {0} if b"ACK" in first else set()
    for n, line in enumerate(lines[1:], start=1):
        with line:
            try:
                if b"ACK" in line.recv(1000):
                    answered.add(n)
            except ConnectionResetError:
                continue
    lines[0].close()
    kept = witness.one(truth.cases_by_device)
    assert {f"AB{n:02}" for n in answered} <= kept.keys()
    assert len(answered) >= 1
