"""A small disk of its own, which a test may fill to the last byte."""

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.infra.process import Missing

CHUNK = b"\0" * 65_536


class SmallDisk:
    """`with SmallDisk(400) as disk:` is a file system of 400 MB at `disk.path`.

    Raises Missing where this machine lets nobody mount one: that takes root.
    """

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
