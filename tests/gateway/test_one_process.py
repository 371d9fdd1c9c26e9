"""Where there is one process only, the gateway lives in the server; a taken port is said."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tests.gateway.talk import Talk
from tests.infra import house as houses
from tests.infra.process import ROOT, free_port
from tests.infra.server import NO_GATEWAY
from tracking.protocols.speaking_units import SpeakingSia


@pytest.fixture
def taken():
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


class Server:
    """What `Talk` needs of a gateway."""

    def __init__(self, ports):
        self.ports = ports

    def call(self, protocol, *, timeout_s):
        return socket.create_connection(("127.0.0.1", self.ports[protocol]), timeout_s)


@pytest.mark.pure
def test_the_demo_answers_devices_and_says_which_port_is_taken(tmp_path, taken):
    ports = {"sia": free_port()}
    env = {"DEMO": "1", "SIA_PORT": str(ports["sia"]), "GT06_PORT": str(taken)}
    with houses.embedded(tmp_path, env=env) as house:
        unit = SpeakingSia()
        with Talk(Server(ports), unit) as device:
            device.says(unit.sos(None, at=datetime.now(UTC)))
            house.server.wait_until(
                lambda: house.server.get("/readyz")[1]["gateway"].get("alarms") == 1
            )
            status, told = house.server.get("/readyz")
        assert status == 200
        assert told["gateway"]["lines"] == {"sia": 1}
        assert str(taken) in told["gateway"]["missing"]["gt06"]
        assert f"nobody listens for gt06: port {taken}" in house.server.log.read_text("utf-8")
        house.server.stop()
        with pytest.raises(ConnectionRefusedError):
            Server(ports).call("sia", timeout_s=5)


def test_a_gateway_of_its_own_does_not_start_without_its_port(database, taken):
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **database, **NO_GATEWAY}
    done = subprocess.run(
        [sys.executable, "manage.py", "run_gateway"],
        cwd=ROOT,
        env={**own, "H02_PORT": str(taken)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert str(taken) in done.stderr
    assert "Traceback" not in done.stderr
