"""A child process with a log, that is ended with its test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


def binary(name: str, *elsewhere: str) -> str:
    """The program's path; `elsewhere` are glob patterns of other places. Raises Missing."""
    if found := shutil.which(name):
        return found
    for pattern in elsewhere:
        if hits := sorted(Path("/").glob(pattern.lstrip("/"))):
            return str(hits[-1])
    raise Missing(name)


class Missing(Exception):
    """A part that this machine does not have, and that these tests cannot install."""


class Process:
    """Runs a command until it is left; what it printed is in `log`."""

    stop_signal = signal.SIGTERM

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.env = dict(env or {})
        self.folder = Path(tempfile.mkdtemp(prefix="one-number-"))
        self.log = self.folder / "log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def start(self) -> Self:
        """Starts it, again too, with the same command and environment."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def wait_until(self, ready: Callable[[], bool], *, timeout_s: float = 120.0) -> None:
        """Returns once `ready()`; raises with the log when the process ends or time is up."""
        end = time.monotonic() + timeout_s
        while not ready():
            if not self.running() or time.monotonic() > end:
                raise RuntimeError(f"{self.command[0]} is not ready:\n{self.tail()}")
            time.sleep(0.1)

    def tail(self, characters: int = 4000) -> str:
        return self.log.read_text("utf-8", "replace")[-characters:] if self.log.exists() else ""

    def kill(self) -> None:
        """kill -9 of it and its children: they get no chance to tidy up."""
        self._signal(signal.SIGKILL)
        self._wait(60)

    def stop(self, *, timeout_s: float = 60.0) -> int:
        """Asks it to end as a service manager does, and returns its exit code."""
        if self._child is None:
            return 0
        if self.running():
            self._child.send_signal(self.stop_signal)
        try:
            code = self._wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._signal(signal.SIGKILL)  # what it may have left in its own process group
        return code

    def _wait(self, timeout_s: float) -> int:
        assert self._child is not None
        return self._child.wait(timeout_s)

    def _signal(self, number: int) -> None:
        """To the process group that `start` made for it, and to nobody else."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
