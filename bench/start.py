"""A second `make demo`: seconds to the first page, and resident memory with its 2,000 elders.

The peer is the least a Python service does: an interpreter that imports Django and uvicorn.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import percentile
from tests.infra.process import ROOT, free_port

TIMES = int(os.environ.get("START_TIMES", "5"))
GOAL_S, GOAL_MB = 5, 200


def main() -> None:
    with TemporaryDirectory() as var:
        _run(var)  # the first start makes the town
        ours, peer, resident = [], [], []
        for _ in range(TIMES):
            seconds, megabytes = _run(var)
            ours.append(seconds)
            resident.append(megabytes)
            peer.append(_bare())
    ours_s, peer_s, mb = (percentile(values, 50) for values in (ours, peer, resident))
    print(f"second start to first page   ours p50 {ours_s:5.2f} s   goal {GOAL_S} s", end="")
    print(f"   peer p50 {peer_s:5.2f} s   ratio {ours_s / peer_s:5.2f}")
    print(f"resident, 2,000 elders       ours p50 {mb:5.0f} MB  goal {GOAL_MB} MB")


def _run(var: str) -> tuple[float, float]:
    """Seconds until the first page answers, and megabytes resident then; stops it again."""
    port = free_port()
    began = time.perf_counter()
    demo = subprocess.Popen(
        ["make", "--no-print-directory", "demo"],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": var, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _answers(port):
            if demo.poll() is not None:
                raise RuntimeError("make demo ended by itself; run it to see why")
            time.sleep(0.02)
        return time.perf_counter() - began, _resident_mb(demo.pid)
    finally:
        os.killpg(demo.pid, signal.SIGTERM)
        demo.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _resident_mb(pid: int) -> float:
    """The sum over the process group: make replaces itself, but nothing is left out."""
    total_kb = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) != pid:
                continue
            lines = status.read_text().splitlines()
        except (ProcessLookupError, FileNotFoundError):
            continue
        total_kb += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total_kb / 1024


def _bare() -> float:
    """Seconds for an interpreter with Django and uvicorn loaded."""
    began = time.perf_counter()
    code = "import django.core.asgi, django.db.models, uvicorn"
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began
