"""A PostgreSQL of its own in a temporary folder."""

import os
import pwd
import select
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from tests.infra.process import Process, binary, free_port

PLACES = "usr/lib/postgresql/*/bin/{}"


def program(name: str) -> str:
    """Debian keeps the server's programs out of the path, one folder a version."""
    return binary(name, PLACES.format(name))


def _unprivileged() -> list[str]:
    """PostgreSQL refuses root: as root its programs run as `postgres`, or as nobody."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return [binary("setpriv"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


class Postgres(Process):
    """`with Postgres() as pg: pg.database("town")` gives a URL for DATABASE_URL."""

    stop_signal = signal.SIGQUIT  # at once: nobody will read it again

    def __init__(self, *options: str, on: Path | None = None) -> None:
        """`on`: the disk that it writes to, instead of its own folder."""
        self.port = free_port()
        command = [*_unprivileged(), program("postgres")]
        super().__init__(command)
        self.data = (on or self.folder) / "data"
        # fsync stays on: the house refuses a database that may lose what was acknowledged.
        self.command += ["-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1"]
        self.command += ["-k", "", "-c", "max_connections=200", *options]

    def start(self) -> Self:
        if not self.data.exists():
            self._init()
        super().start()
        self.wait_until(self._answers)
        return self

    def url(self, name: str = "postgres") -> str:
        return f"postgres://postgres:postgres@127.0.0.1:{self.port}/{name}"

    def database(self, name: str, *, like: str = "template1") -> str:
        """Makes a database, empty or a copy of another, and returns its URL."""
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(words.format(sql.Identifier(name), sql.Identifier(like)))
        return self.url(name)

    def deadlocks(self) -> int:
        """How many it had to break since it was first started."""
        return self.log.read_text("utf-8", "replace").count("deadlock detected")

    def kill(self) -> None:
        """As when the machine dies: postmaster and backends at once. It can be started again.

        Backends that outlive their postmaster, if only for their query, keep its shared memory,
        and a new one refuses to start beside them.
        """
        self._signal(signal.SIGSTOP)  # it forks no more
        with ExitStack() as handles:
            ends = []
            for pid in self._backends():
                with suppress(ProcessLookupError):
                    ends.append(os.pidfd_open(pid))
                    handles.callback(os.close, ends[-1])
                    os.kill(pid, signal.SIGKILL)
            super().kill()
            for end in ends:
                _until_ended(end)

    def revive(self) -> None:
        """Returns once it answers; started again where it gave up, as when its disk was full."""
        while not self._answers():
            if not self.running():
                self.start()
            time.sleep(0.1)

    def pause(self) -> None:
        """Stands still, with all its connections, until `resume`."""
        self._signal(signal.SIGSTOP)
        self._signal_backends(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal_backends(signal.SIGCONT)
        self._signal(signal.SIGCONT)

    def limit_files(self, size: int | None) -> None:
        """No file that it or a backend of its writes grows beyond `size` bytes; None: they may."""
        limit = "unlimited" if size is None else str(size)
        for pid in [self.pid, *self._backends()]:  # those it forks from then on have its limit
            # As its user: root of a container may not, unless it has CAP_SYS_RESOURCE.
            command = [*_unprivileged(), binary("prlimit"), f"--pid={pid}", f"--fsize={limit}:"]
            limited = subprocess.run(command, check=False, capture_output=True)
            gone = not Path(f"/proc/{pid}").exists()
            assert limited.returncode == 0 or gone, limited.stderr

    def _signal_backends(self, number: int) -> None:
        for pid in self._backends():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _backends(self) -> list[int]:
        """They lead process groups of their own."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        return [int(pid) for pid in children.split()]

    def _init(self) -> None:
        secret = self.folder / "password"
        secret.write_text("postgres")
        self.folder.chmod(0o755)
        self.data.mkdir()
        if as_other := _unprivileged():
            owner = int(as_other[1].partition("=")[2])
            shutil.chown(self.data, owner)
            shutil.chown(secret, owner)
        command = [*as_other, program("initdb"), "-D", str(self.data), "-U", "postgres"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*command, "--no-sync"], check=True, capture_output=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _until_ended(pidfd: int) -> None:
    """Returns once that process is no more, whoever its parent is."""
    end = select.poll()  # not select(): a test with a thousand lines has handles beyond its 1,024
    end.register(pidfd, select.POLLIN)
    assert end.poll(60_000), "a process outlives kill -9"
