"""A Redis of its own, in memory."""

from itertools import count
from typing import Self

import redis

from tests.infra.process import Process, binary, free_port


class Redis(Process):
    """`with Redis() as it: it.url()` gives a URL for REDIS_URL, each time an empty database."""

    def __init__(self) -> None:
        self.port = free_port()
        self._numbers = count()
        command = [binary("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        super().__init__([*command, "--save", "", "--appendonly", "no"])
        self.command += ["--databases", "200"]

    def start(self) -> Self:
        super().start()
        self.wait_until(self._answers)
        return self

    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/{next(self._numbers)}"

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_connect_timeout=2) as connection:
                return bool(connection.ping())
        except redis.ConnectionError:
            return False
