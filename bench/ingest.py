"""Positions a second that are committed, and how long an alarm takes to the desk beside them.

Ours: the server's processes on PostgreSQL with Redis and Celery, 500,000 devices in the register;
a position counts when it was answered with 200. The peer is a bare COPY of the same rows into a
table like ours (its constraints too) on the same PostgreSQL, one commit a batch, nothing else done.
An alarm is timed from the sending of its request until an operator's socket is told. What came of
it is ended before the next, as by a desk: hundreds of emergencies that nobody takes ring some dozen
clocks a second beside, and what is measured then is them.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import httpx
import psycopg
from websockets.asyncio.client import ClientConnection

from bench.figures import percentile
from bench.load import BATCH, DEVICES, WAYS, Plan, Report, device_id
from bench.ring import SIGN_IN, watching
from tests.infra import house
from tests.infra.house import House
from tests.infra.postgres import Postgres
from tests.infra.process import Process, free_port
from tests.infra.redis import Redis
from tests.infra.server import Server

SECONDS = float(os.environ.get("INGEST_SECONDS", "15"))
PROCESSES = int(os.environ.get("INGEST_PROCESSES", "2"))
REGISTER = int(os.environ.get("INGEST_DEVICES", str(DEVICES)))
ALARMS = int(os.environ.get("INGEST_ALARMS", "60"))
CONNECTIONS = {"batch": 16}  # of each way of sending; of the others
MANY = int(os.environ.get("INGEST_CONNECTIONS", "1000"))
LOAD = 1_700  # positions a second of a prefecture
ELDERS = 50_000
SECRETS = {"SECRET_KEY": "bench-" + "0" * 50, "FIELD_KEYS": "bench-" + "1" * 50}
AS_SERVED = {"UVICORN_LOG_LEVEL": "warning", "UVICORN_ACCESS_LOG": "0"}  # as in the Procfile

# A row that the house itself made is copied with another number: every column is as it would be
# once its silence is minded.
REGISTER_SQL = """
INSERT INTO elders_elder SELECT made.* FROM elders_elder one, generate_series(1, {elders}) n,
  jsonb_populate_record(one, jsonb_build_object('id', one.id + n)) made;
INSERT INTO tracking_device SELECT made.* FROM tracking_device one, generate_series(1, {devices}) n,
  jsonb_populate_record(one, jsonb_build_object(
    'id', one.id + n, 'device_id', '8610' || lpad((n - 1)::text, 11, '0'),
    'due_at', now() + interval '25 hours')) made;
INSERT INTO tracking_devicelink (device_id, elder_id, since)
  SELECT d.id, (SELECT min(id) FROM elders_elder) + d.id % {elders}, now() - interval '1 year'
  FROM tracking_device d;
SELECT setval(pg_get_serial_sequence('elders_elder', 'id'), (SELECT max(id) FROM elders_elder)),
  setval(pg_get_serial_sequence('tracking_device', 'id'), (SELECT max(id) FROM tracking_device));
"""
FIRST = """
from django.utils import timezone
from elders import roles, tokens
from elders.models import Elder, User
from tracking.models import Device
Elder.objects.create(name="Mei Chen", lat=34.5, lon=113.5)
Device.objects.create(device_id="first", registered=True)
user = User.objects.get(username="bench")
print("TOKEN", tokens.issue(user, "bench", now=timezone.now()))
"""


class Gateway(Process):
    """`manage.py run_gateway` on free ports."""

    PROTOCOLS = ("watch", "gt06", "jt808", "h02")

    def __init__(self, env: Mapping[str, str]) -> None:
        self.ports = {name: free_port() for name in self.PROTOCOLS}
        own = {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        own |= {"SIA_PORT": "", "SCAIP_PORT": ""}
        super().__init__([sys.executable, "manage.py", "run_gateway"], env={**env, **own})

    def start(self) -> Self:
        super().start()
        self.wait_until(lambda: "Listening" in self.tail(), timeout_s=90)
        return self


class Town:
    """What runs, and what is needed to speak to it."""

    def __init__(self, postgres: Postgres, ours: House, stack: ExitStack) -> None:
        self.postgres, self.ours = postgres, ours
        self.session = ours.manage("shell", "-c", SIGN_IN).split("SESSION ")[1].strip()
        self.token = ours.manage("shell", "-c", FIRST).split("TOKEN ")[1].strip()
        self.url = ours.env["DATABASE_URL"]
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(REGISTER_SQL.format(elders=ELDERS, devices=REGISTER))
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")  # what was loaded is written before, not meanwhile
        others = [Server(env=ours.env, migrate=False) for _ in range(PROCESSES - 1)]
        self.servers: list[Process] = [ours.server, *map(stack.enter_context, others)]
        self.ports = {
            kind: [server.port for server in [ours.server, *others]] for kind in ("single", "batch")
        }
        gateway = stack.enter_context(Gateway(ours.env))
        self.servers.append(gateway)
        self.ports |= {kind: [port] for kind, port in gateway.ports.items()}

    def plan(self, kind: str, **more: Any) -> Plan:
        return Plan(
            kind, self.ports[kind], more.pop("connections", CONNECTIONS.get(kind, MANY)),
            more.pop("seconds", SECONDS), token=self.token, devices=REGISTER, **more,
        )  # fmt: skip

    def cpu_s(self) -> tuple[float, float]:
        """Seconds of the processors that our servers and PostgreSQL have had so far."""
        return sum(map(_cpu_s, [s.pid for s in self.servers])), _family_cpu_s(self.postgres.pid)


def main() -> None:
    with ExitStack() as stack:
        var = Path(stack.enter_context(TemporaryDirectory()))
        postgres = stack.enter_context(Postgres("-c", "shared_buffers=512MB"))
        redis = stack.enter_context(Redis())
        env = {"LOG_LEVEL": "WARNING", "SIMULATOR": "1", **AS_SERVED, **SECRETS}
        ours = stack.enter_context(house.production(var, postgres, redis, env=env))
        print(f"{REGISTER:,} devices into the register ...", flush=True)
        town = Town(postgres, ours, stack)
        load = " ".join(f"{each:.1f}" for each in os.getloadavg())
        print(f"{PROCESSES} server processes; load of the machine before: {load}", flush=True)
        for kind in WAYS:
            _pour(town, kind)
        asyncio.run(_alarms(town))


def _pour(town: Town, kind: str) -> None:
    before = town.cpu_s()
    with pouring(town.plan(kind)) as told:
        report = told()
    used = [after - then for after, then in zip(town.cpu_s(), before, strict=True)]
    rate = report.positions / report.seconds
    # The commits of a load of single fixes are as large as the connections that wait for them.
    size = BATCH if kind == "batch" else MANY // PROCESSES
    peer = bare_copy(town.url, size=size, seconds=SECONDS / 2)
    each = [1e6 * seconds / max(1, report.positions) for seconds in used]
    print(
        f"{kind:<8} {rate:8,.0f}/s   p50 {report.p50_ms:6.1f}"
        f"  p99 {report.p99_ms:6.1f} ms   refused {report.refused}"
        f"   CPU a position: ours {each[0]:.0f} µs, PostgreSQL {each[1]:.0f} µs"
        f"   bare COPY by {size}: {peer:,.0f}/s   ratio {rate / peer:.2f}",
        flush=True,
    )


@contextmanager
def pouring(plan: Plan) -> Iterator[Any]:
    """A load in a process of its own; what it gives waits for its report."""
    command = [sys.executable, "-m", "bench.load", json.dumps(asdict(plan))]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield lambda: Report(**json.loads(child.communicate(timeout=600)[0]))
    finally:
        child.kill()
        child.wait()


def bare_copy(url: str, *, size: int, seconds: float) -> float:
    """Rows a second of COPY alone, one commit for each `size` rows."""
    columns = (
        "device_id, lat, lon, accuracy_m, altitude_m, speed_mps, course, valid, fixed_at,"
        " received_at, clock, source, datum_in, battery, doubt, stored_at"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (LIKE tracking_position INCLUDING ALL)")
        rows, began = 0, time.perf_counter()
        while (gone := time.perf_counter() - began) < seconds:
            block = "".join(_copied(rows + n) for n in range(size))
            with connection.cursor().copy(f"COPY bare ({columns}) FROM STDIN") as copy:
                copy.write(block)
            rows += size
        connection.execute("DROP TABLE bare")
    return rows / gone


def _copied(n: int) -> str:
    at = f"2026-03-10 01:{n // 60 % 60:02}:{n % 60:02}.{n % 1000:03}+00"
    place = f"{34 + n % 99_991 / 99_991:.6f}\t{113 + n % 99_989 / 99_989:.6f}"
    return (
        f"{n * 7919 % REGISTER + 1}\t{place}\t8\t50\t0.5\t90\tt\t{at}\t{at}\tgood\tosmand\twgs84"
        f"\t71\t\t{at}\n"
    )


async def _alarms(town: Town) -> None:
    async with watching(town.ours, town.session, "console") as desk:
        await _press(town, desk, 10, first=0)  # warm
        _tell("alarm, idle", await _press(town, desk, ALARMS, first=100))
        seconds = ALARMS * 1.0 + 15  # longer than the presses last
        with pouring(town.plan("single", rate=LOAD, connections=300, seconds=seconds)):
            await asyncio.sleep(5)
            laps = await _press(town, desk, ALARMS, first=10_000)
            _tell(f"alarm, beside {LOAD:,} positions/s", laps)
        with pouring(town.plan("batch", connections=200, seconds=seconds)) as told:
            await asyncio.sleep(8)
            laps = await _press(town, desk, ALARMS, first=20_000)
            refused = (await asyncio.to_thread(told)).refused
            _tell(f"alarm, queue full ({refused:,} lists refused)", laps)


def _tell(what: str, laps_ms: list[float]) -> None:
    p50, p99 = percentile(laps_ms, 50), percentile(laps_ms, 99)
    print(f"{what:<44} p50 {p50:6.1f}  p99 {p99:6.1f} ms", flush=True)


async def _press(town: Town, desk: ClientConnection, times: int, *, first: int) -> list[float]:
    """Milliseconds from each press until the desk is told, one elder after the other."""
    laps = []
    async with httpx.AsyncClient(base_url=town.ours.base_url, timeout=60) as client:
        for n in range(first, first + times):
            await _quiet(desk)
            began = time.perf_counter()
            press = client.get(f"/positions/osmand/?id={device_id(n)}&alarm=sos")
            sending = asyncio.create_task(press)
            await asyncio.wait_for(desk.recv(), 60)
            laps.append((time.perf_counter() - began) * 1000)
            (await sending).raise_for_status()
            await _end_all(client, town.token)
    return laps


async def _end_all(client: httpx.AsyncClient, token: str) -> None:
    """Every open emergency is ended by a person."""
    desk = {"Authorization": f"Bearer {token}"}
    new = {"state": "NEW", "limit": "100"}
    listed = await client.get("/api/v1/requests", params=new, headers=desk)
    for request in listed.raise_for_status().json()["items"]:
        how = {"disposition": "false_alarm", "reason": "The benchmark pressed it"}
        url = f"/api/v1/requests/{request['id']}/close"
        (await client.post(url, json=how, headers=desk)).raise_for_status()


async def _quiet(desk: ClientConnection) -> None:
    """Until nothing more comes of what was before."""
    while True:
        try:
            await asyncio.wait_for(desk.recv(), 0.3)
        except TimeoutError:
            return


def _cpu_s(pid: int) -> float:
    """User and system time of a process, its ended children's included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _family_cpu_s(pid: int) -> float:
    """The same of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    used = _cpu_s(pid)
    for child in children:
        with suppress(OSError):  # one that has just ended counts as its parent's
            used += _cpu_s(int(child))
    return used


if __name__ == "__main__":
    main()
