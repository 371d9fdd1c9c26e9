"""The conformance kit: it passes our own gateway, and finds what others do wrong."""

import socket
import subprocess
import sys
import threading

import pytest

from tests.infra.process import ROOT
from tracking import conformance
from tracking.conformance import Kit
from tracking.protocols.sia_frames import Envelope, frame
from tracking.protocols.speaking_units import ALL_SPEAKERS, SpeakingSia

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def gateway(opened):
    return opened(list(ALL_SPEAKERS))


@pytest.mark.parametrize("protocol", list(ALL_SPEAKERS))
def test_our_gateway_passes(gateway, protocol, capsys):
    code = conformance.main(["127.0.0.1", str(gateway.ports[protocol]), protocol])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "FAIL" not in said


def test_it_stands_alone():
    command = [sys.executable, "-m", "tracking.conformance", "127.0.0.1", "9", "sia"]
    env = {"PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("FAIL") == 11
    assert "Connection refused" in done.stdout


class WrongServer(threading.Thread):
    """Answers every connection's first bytes with the same, whatever was sent."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = self.door.getsockname()
        self._answer = answer

    def run(self):
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            with line:
                if line.recv(4096):
                    line.sendall(self._answer)


@pytest.mark.parametrize(
    "answer",
    [b"", b"OK\r\n", frame("ACK", Envelope("9999", "R1", "L0", "1A2B"))],
    ids=["hangs up", "says something else", "does not repeat the sequence"],
)
def test_a_server_that_answers_wrongly_fails(answer, capsys):
    server = WrongServer(answer)
    server.start()
    with server.door:
        failed = conformance.run(Kit(server.address, SpeakingSia(), patience_s=0.5))
    assert failed == 10  # all but the login, which this protocol does not have
    assert capsys.readouterr().out.count("PASS") == 1
