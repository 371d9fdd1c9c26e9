"""Twilio's webhooks, answered: a ring, a key, a hang-up, twenty callers at a time.

Ours: signature, caller recognised among the register, call and event committed, TwiML. Meanwhile
Twilio's own REST interface does not answer at all, so whatever waited for it would show here; a
webhook must be answered within a second. Two web processes, as `Procfile` has them, and as many of
the peer. The peer is the example that Twilio's guides begin with:
the same signature checked by the same library, one fixed sentence, nothing known and nothing kept.
"""

import asyncio
import itertools
import os
import sys
import time
from pathlib import Path
from socket import create_server
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import parse_qs, urlencode

import httpx
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from bench.figures import busy, percentile, row
from config.town import numbers
from tests.infra import house
from tests.infra.postgres import Postgres
from tests.infra.process import Process, free_port
from tests.infra.redis import Redis

GOAL_MS = 1000
ELDERS = int(os.environ.get("WEBHOOK_ELDERS", "10000"))
CALLS = int(os.environ.get("WEBHOOK_CALLS", "300"))
AT_ONCE = int(os.environ.get("WEBHOOK_AT_ONCE", "20"))
PROCESSES = int(os.environ.get("WEB_PROCESSES", "2"))
TOKEN, BASE, NUMBER = "bench-token", "https://one.example", "+8657112349000"
VOICE, STATUS = "/telephony/twilio/voice/", "/telephony/twilio/status/"


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The peer: signed, one sentence."""
    body = (await receive()).get("body", b"")
    given = dict(scope["headers"]).get(b"x-twilio-signature", b"").decode()
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    query = scope["query_string"].decode()
    url = f"{BASE}{scope['path']}{'?' + query if query else ''}"
    known = RequestValidator(TOKEN).validate(url, form, given)
    answer = VoiceResponse()
    answer.say("Hello")
    headers = [(b"content-type", b"text/xml")]
    await send({"type": "http.response.start", "status": 200 if known else 403, "headers": headers})
    await send({"type": "http.response.body", "body": str(answer).encode()})


class Peer(Process):
    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "uvicorn", "bench.webhooks:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--workers", str(PROCESSES)]
        super().__init__([*command, "--lifespan", "off", "--log-level", "warning"])

    def start(self) -> Self:
        super().start()
        self.wait_until(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            return httpx.post(f"http://127.0.0.1:{self.port}/").status_code == 403
        except httpx.TransportError:
            return False


def main() -> None:
    with create_server(("127.0.0.1", 0), backlog=512) as silent, TemporaryDirectory() as var:
        environment = {
            "SECRET_KEY": "bench-" + "0" * 50,
            "FIELD_KEYS": "bench-" + "1" * 50,
            "LOG_LEVEL": "WARNING",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_FALLBACK_NUMBER": "+8657187654321",
            "TWILIO_PUBLIC_BASE_URL": BASE,
            "TWILIO_API_URL": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        with (
            Postgres() as postgres,
            Redis() as redis,
            house.production(
                Path(var), postgres, redis, env=environment, processes=PROCESSES
            ) as ours,
            Peer() as peer,
        ):
            print(f"seeding {ELDERS:,} elders ...", flush=True)
            ours.manage(
                "seed_town", "--elders", str(ELDERS), "--providers", "50", "--workers", "500"
            )
            asyncio.run(_measure(ours.base_url, f"http://127.0.0.1:{peer.port}"))


async def _measure(ours: str, peer: str) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        await _calls(client, ours, range(AT_ONCE))  # warm
        took = await _calls(client, ours, range(1000, 1000 + CALLS))
        peer_took = await _calls(client, peer, range(CALLS))
    for n, name in enumerate(("a ring", "a key", "a hang-up")):
        print(row(f"{name}, {AT_ONCE} at once", took[n], peer_took[n]))
    each = sorted(itertools.chain(*took))
    late = sum(took_ms > GOAL_MS for took_ms in each)
    print(
        f"of {len(each)} answers the slowest took {each[-1]:.0f} ms, p99 {percentile(each, 99):.0f}"
        f" ms; {late} took longer than {GOAL_MS:,} ms; {busy()}"
    )


async def _calls(client: httpx.AsyncClient, base: str, which: range) -> list[list[float]]:
    """Milliseconds of each of the three webhooks of each call."""
    took: list[list[float]] = [[], [], []]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> None:
        said = {"CallSid": f"CA{n:032}", "From": numbers.mobile(n), "To": NUMBER}
        async with gate:
            took[0].append(await _post(client, base, VOICE, said | {"CallStatus": "ringing"}))
            pressed = said | {"CallStatus": "in-progress", "Digits": "13"[n % 2]}
            took[1].append(await _post(client, base, f"{VOICE}keys/?n=0", pressed))
            took[2].append(await _post(client, base, STATUS, said | {"CallStatus": "completed"}))

    await asyncio.gather(*(one(n) for n in which))
    return took


async def _post(client: httpx.AsyncClient, base: str, path: str, form: dict[str, str]) -> float:
    signed = RequestValidator(TOKEN).compute_signature(BASE + path, form)
    headers = {
        "X-Twilio-Signature": signed,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    began = time.perf_counter()
    answer = await client.post(base + path, content=urlencode(form), headers=headers)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path} was answered {answer.status_code}")
    return took
