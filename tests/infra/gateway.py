"""The device gateway as a process of its own, on free ports."""

import socket
import sys
from collections.abc import Iterable, Mapping
from typing import Self

from tests.infra.process import Process, free_port
from tests.infra.server import NO_GATEWAY


class Gateway(Process):
    """`manage.py run_gateway` for `protocols`; `ports[name]` says where. After `kill()`, `start()`
    brings it up again on the same ports."""

    def __init__(self, protocols: Iterable[str], *, env: Mapping[str, str]) -> None:
        self.ports = {name: free_port() for name in protocols}
        own = {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        command = [sys.executable, "manage.py", "run_gateway"]
        everything = {"DJANGO_SETTINGS_MODULE": "config.settings", **env, **NO_GATEWAY, **own}
        super().__init__(command, env=everything)

    def start(self) -> Self:
        super().start()
        self.wait_until(self._listens, timeout_s=120)
        return self

    def call(self, protocol: str, *, timeout_s: float = 10.0) -> socket.socket:
        """A line to it, as a device opens one."""
        return socket.create_connection(("127.0.0.1", self.ports[protocol]), timeout_s)

    def _listens(self) -> bool:
        try:
            for protocol in self.ports:
                self.call(protocol, timeout_s=1).close()
        except OSError:
            return False
        return True
