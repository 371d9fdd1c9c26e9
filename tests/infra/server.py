"""The house itself as real processes: the server, and in production Celery beside it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Self

from tests.infra.process import ROOT, Process, free_port


def manage(*arguments: str, env: Mapping[str, str]) -> str:
    """Runs a management command in that environment and returns what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


# Houses of several tests run at the same time: a test that wants device ports names free ones.
NO_GATEWAY = dict.fromkeys(
    ["WATCH_PORT", "GT06_PORT", "JT808_PORT", "H02_PORT", "SIA_PORT", "SCAIP_PORT"], "0"
)


class Server(Process):
    """uvicorn serving `config.asgi`. Entering it waits for /healthz; `kill()` is kill -9.

    `env` is added to this process' own: DATABASE_URL, REDIS_URL, VAR_DIR, PORT …
    After `kill()`, `start()` brings it up again on the same port and the same database.
    """

    def __init__(
        self,
        *,
        env: Mapping[str, str],
        port: int | None = None,
        migrate: bool = True,
        processes: int = 1,
    ) -> None:
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        own = {"PORT": str(self.port), "PUBLIC_BASE_URL": self.base_url, **NO_GATEWAY, **env}
        command = [sys.executable, "-m", "uvicorn", "config.asgi:application"]
        command += [
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--timeout-graceful-shutdown",
            "5",
        ]
        command += ["--workers", str(processes)] if processes > 1 else []
        super().__init__(
            command, env={"DJANGO_SETTINGS_MODULE": "tests.infra.house_settings", **own}
        )
        self._migrate = migrate

    def start(self) -> Self:
        if self._migrate:
            self.manage("migrate", "--no-input", "--skip-checks", "--verbosity", "0")
            self._migrate = False
        super().start()
        self.wait_until(self._answers)
        return self

    def manage(self, *arguments: str) -> str:
        """A management command on the same database and settings."""
        return manage(*arguments, env={**os.environ, **self.env})

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a page."""
        try:
            with urllib.request.urlopen(self.base_url + path, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, json.load(answer)

    def _answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False


class Celery(Process):
    """One Celery process: `Celery("worker", env=…)` or `Celery("beat", env=…)`."""

    def __init__(self, part: str, *, env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet", part]
        own = {"DJANGO_SETTINGS_MODULE": "tests.infra.house_settings", **env}
        super().__init__(command, env=own)
        if part == "worker":
            self.command += ["--concurrency=2", "--without-gossip", "--without-mingle"]
        else:
            self.command += ["--schedule", str(self.folder / "schedule"), "--pidfile="]

    def stop(self, *, timeout_s: float = 15.0) -> int:
        """Like any process; but a worker that hangs in its warm shutdown, as Celery's does now and
        then, is killed, as a service manager would. That this is harmless, `tests/crashes` shows.
        """
        try:
            return super().stop(timeout_s=timeout_s)
        except subprocess.TimeoutExpired:
            return -signal.SIGKILL
