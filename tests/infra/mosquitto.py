"""A real MQTT broker of its own on a loopback port, unpacked into the cache."""

import socket
from functools import cache
from pathlib import Path
from typing import Self

from tests.infra.debian import Tree, unpacked
from tests.infra.process import Process, free_port

SUITE = "bookworm"
CONFIG = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1
max_inflight_messages 20
user root
"""


@cache
def tree() -> Tree:
    """The unpacked packages. Raises Missing."""
    return unpacked("mosquitto", ("mosquitto",), suite=SUITE)


class Mosquitto(Process):
    """`.url` for MQTT_URL. After `kill()`, `start()` brings it up again on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        super().__init__([])
        config = Path(self.folder) / "mosquitto.conf"
        config.write_text(CONFIG.format(port=self.port, folder=self.folder))
        self.command = [*tree().command("mosquitto"), "-c", str(config)]
        self.url = f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> Self:
        super().start()
        self.wait_until(self._listens)
        return self

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
