"""A small disk of its own, which a test may fill to the last byte; or what comes nearest to it."""

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.infra.postgres import Postgres
from tests.infra.process import Missing

CHUNK = b"\0" * 65_536
ROOM = 1 << 20  # what a log may still grow, to say what is wrong


class SmallDisk:
    """`with SmallDisk(400) as disk:` is a file system of 400 MB at `disk.path`.

    Raises Missing where this machine lets nobody mount one: that takes root.
    """

    fault = "No space left on device"

    def __init__(self, megabytes: int) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="one-number-disk-"))
        self._size = megabytes
        self._filler = self.path / "filler"

    def __enter__(self) -> Self:
        options = f"size={self._size}m,mode=0755"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.path)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as fault:
            self.path.rmdir()
            raise Missing("a disk that may be mounted (root)") from fault
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)
        self.path.rmdir()

    def fill(self) -> None:
        """Until nothing more fits."""
        try:
            with self._filler.open("ab", buffering=0) as filler:
                while filler.write(CHUNK):
                    pass
        except OSError:  # full, which is what was wanted
            return

    def free(self) -> None:
        """Takes away what filled it."""
        self._filler.unlink()


class NoRoom:
    """Where no disk may be mounted: no file of this server grows any more, nor does a new one.

    Simulated by the limit of a process for its files. PostgreSQL takes the write that fails as it
    takes one on a full disk; only the words are others.
    """

    fault = "File too large"

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    def fill(self) -> None:
        self._postgres.limit_files(self._postgres.log.stat().st_size + ROOM)

    def free(self) -> None:
        if self._postgres.running():
            self._postgres.limit_files(None)
