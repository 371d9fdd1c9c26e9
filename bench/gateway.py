"""10,000 watches that keep their line open and say nothing: what they cost in memory.

The peer is a bare `asyncio.Protocol` that keeps the same lines and knows nothing.
"""

import asyncio
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.infra import house
from tests.infra.gateway import Gateway
from tests.infra.process import free_port
from tracking.protocols.speaking import SpeakingWatch

LINES = int(os.environ.get("GATEWAY_LINES", "10000"))
GOAL_MB = 300
AT_ONCE = 200

BARE = """
import asyncio, sys
class Line(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data): self.transport.write(data)
async def serve():
    loop = asyncio.get_running_loop()
    await loop.create_server(Line, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await asyncio.Event().wait()
asyncio.run(serve())
"""


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    own = {"SECRET_KEY": "bench" * 12, "FIELD_KEYS": "bench" * 8}
    os.environ.update(own)
    with TemporaryDirectory() as var, ExitStack() as stack:
        shutil.copy(house.migrated_file(), Path(var) / "one.sqlite3")
        env = {**own, "VAR_DIR": var, "DATABASE_URL": "", "REDIS_URL": ""}
        gateway = stack.enter_context(Gateway(["watch"], env=env))
        ours = _measure(gateway.pid, gateway.ports["watch"])
    port = free_port()
    bare = subprocess.Popen([sys.executable, "-c", BARE, str(port)])
    try:
        _until_open(port)
        peer = _measure(bare.pid, port)
    finally:
        bare.kill()
        bare.wait()
    print(f"{'':<10}{'resident':>12}{'before':>10}{'a line':>10}")
    for name, (before, after) in (("ours", ours), ("bare", peer)):
        line_kb = (after - before) * 1024 / LINES
        print(f"{name:<10}{after:9.0f} MB{before:7.0f} MB{line_kb:7.1f} kB")
    grown = (ours[1] - ours[0]) / max(peer[1] - peer[0], 0.1)
    print(f"{LINES} lines: {ours[1]:.0f} MB, goal {GOAL_MB}; a line {grown:.1f} × a bare one")


def _measure(pid: int, port: int) -> tuple[float, float]:
    """Megabytes resident before and with the lines, each of which has said hello once."""
    before = _resident_mb(pid)
    return before, asyncio.run(_hold(pid, port))


async def _hold(pid: int, port: int) -> float:
    lines = []
    for first in range(0, LINES, AT_ONCE):
        some = range(first, min(first + AT_ONCE, LINES))
        lines += await asyncio.gather(*(_hello(port, n) for n in some))
    await asyncio.sleep(2)
    resident = _resident_mb(pid)
    for _, writer in lines:
        writer.close()
    return resident


async def _hello(port: int, n: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    frame = SpeakingWatch(f"88{n:08}").heartbeat()
    writer.write(frame)
    await asyncio.wait_for(reader.readuntil(b"]"), 60)
    return reader, writer


def _until_open(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
