"""From a simulated ring to the screen pop on an operator's socket, 50,000 elders in the register.

Ours: POST to the simulator → call committed → poke over Redis → the operator's socket. The peer
is the least a server can do: uvicorn passing one POST on to one socket, nothing stored, no Redis.
Both are asked in turn in one run; alone, and with 2,000 further sockets open on ours.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.figures import row
from bench.relay import Relay
from config.town import numbers
from tests.infra import house
from tests.infra.house import House
from tests.infra.postgres import Postgres
from tests.infra.redis import Redis

ELDERS = int(os.environ.get("RING_ELDERS", "50000"))
SOCKETS = int(os.environ.get("RING_SOCKETS", "2000"))
RINGS = int(os.environ.get("RING_TIMES", "150"))
SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from elders import roles
from elders.models import User
user = User.objects.create_user("bench")
roles.grant(user, roles.Role.OPERATOR)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("SESSION", session.session_key)
"""


def main() -> None:
    environment = {
        "SIMULATOR": "1",
        "SECRET_KEY": "bench-" + "0" * 50,
        "FIELD_KEYS": "bench-" + "1" * 50,
        "LOG_LEVEL": "WARNING",
    }
    with (
        TemporaryDirectory() as var,
        Postgres() as postgres,
        Redis() as redis,
        house.production(Path(var), postgres, redis, env=environment) as ours,
        Relay() as peer,
    ):
        print(f"seeding {ELDERS:,} elders ...", flush=True)
        ours.manage("seed_town", "--elders", str(ELDERS), "--providers", "200", "--workers", "1000")
        session = ours.manage("shell", "-c", SIGN_IN).split("SESSION ")[1].strip()
        asyncio.run(_measure(ours, peer, session))


async def _measure(ours: House, peer: Relay, session: str) -> None:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        desk = await stack.enter_async_context(watching(ours, session, "calls"))
        relay = await stack.enter_async_context(connect(f"ws://127.0.0.1:{peer.port}/"))
        await _rings(client, ours, desk, peer, relay, times=20, first=0)  # warm
        alone = await _rings(client, ours, desk, peer, relay, times=RINGS, first=100)
        print(row("ring to screen pop, alone", *alone))
        for n in range(SOCKETS):
            await stack.enter_async_context(watching(ours, session, f"elder:{n + 1}"))
        crowd = await _rings(client, ours, desk, peer, relay, times=RINGS, first=10_000)
        print(row(f"ring to screen pop, {SOCKETS:,} sockets", *crowd))


@asynccontextmanager
async def watching(ours: House, session: str, topic: str) -> AsyncIterator[ClientConnection]:
    """A signed-in page that watches one topic, past its first answer."""
    url = f"{ours.base_url.replace('http', 'ws', 1)}/ws/live/"
    headers = {"Cookie": f"sessionid={session}", "Origin": ours.base_url}
    async with connect(url, additional_headers=headers, ping_interval=None) as socket:
        await socket.send(json.dumps({"subscribe": [topic]}))
        answer = json.loads(await socket.recv())
        if "error" in answer:
            raise RuntimeError(f"the socket was refused: {answer}")
        yield socket


async def _rings(
    client: httpx.AsyncClient,
    ours: House,
    desk: ClientConnection,
    peer: Relay,
    relay: ClientConnection,
    *,
    times: int,
    first: int,
) -> tuple[list[float], list[float]]:
    """Milliseconds of ours and of the peer, asked in turn."""
    took, peer_took = [], []
    calls = f"{ours.base_url}/telephony/simulator/calls/"
    for n in range(first, first + times):
        await _quiet(desk)
        number = numbers.mobile(n)
        began = time.perf_counter()
        ringing = asyncio.create_task(client.post(calls, json={"from": number, "to": "12349"}))
        await asyncio.wait_for(desk.recv(), 10)
        took.append((time.perf_counter() - began) * 1000)
        call = (await ringing).json()["call"]
        await client.post(f"{calls}{call}/hangup/", json={})

        began = time.perf_counter()
        passing = asyncio.create_task(client.post(f"http://127.0.0.1:{peer.port}/"))
        await asyncio.wait_for(relay.recv(), 10)
        peer_took.append((time.perf_counter() - began) * 1000)
        await passing
    return took, peer_took


async def _quiet(desk: ClientConnection) -> None:
    """Reads away the pokes of the call before."""
    while True:
        try:
            await asyncio.wait_for(desk.recv(), 0.05)
        except TimeoutError:
            return
