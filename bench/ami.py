"""Events of the manager interface, parsed a second: our client, panoramisk, the bare library.

Each reads the same bytes from a socket as it would from Asterisk, and has a listener that only
enqueues. What is counted is the processor time of the reading side, so that a busy machine blurs
nothing. The transcripts are panoramisk's own fixtures, over and over; they are read where
`AMI_FIXTURES` says and do not come with the project.
"""

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile
from typing import Any

from asterisk.ami.client import AMIClient

from telephony.carriers.asterisk.client import Client
from tests.infra.process import ROOT

FIXTURES = Path(
    os.environ.get("AMI_FIXTURES", ROOT.parent / "shared" / "vectors" / "ami_fixtures.jsonl")
)
EVENTS = int(os.environ.get("AMI_EVENTS", "100000"))
TIMES = 5
FEED = """
import socket, sys, time
times, packed = int(sys.argv[1]), open(sys.argv[2], "rb").read()
with socket.create_server(("127.0.0.1", 0)) as door:
    print(door.getsockname()[1], flush=True)
    while True:
        line = door.accept()[0]
        line.sendall(b"Asterisk Call Manager/11.0.0\\r\\n")
        time.sleep(0.3)  # panoramisk takes nothing before its connection is announced to it
        for _ in range(times):
            line.sendall(packed)
        line.close()
"""

Heard = queue.SimpleQueue[Any]


def main() -> None:
    if not FIXTURES.exists():
        print(f"not run: {FIXTURES.name} is not here (AMI_FIXTURES names it)")
        return
    packed, count = transcripts(FIXTURES.read_text("utf-8"))
    times = max(1, EVENTS // count)
    with feeding(packed, times) as port:
        took: dict[str, list[float]] = {name: [] for name in READERS}
        for _ in range(TIMES):
            for name, read in READERS.items():
                took[name].append(_seconds(read, port, expected=times * count))
    ours = times * count / median(took["ours"])
    for name, each in took.items():
        rate = times * count / median(each)
        print(f"{name:<18} {rate:9,.0f} events a second   ours is {ours / rate:4.1f} times as fast")


def transcripts(lines: str) -> tuple[bytes, int]:
    """The events of all fixtures as Asterisk sends them, and how many there are."""
    events = [
        message
        for line in lines.splitlines()
        for message in json.loads(line)["messages"]
        if message and message[0][0] == "Event"
    ]
    packs = ("".join(f"{key}: {value}\r\n" for key, value in event) for event in events)
    return "".join(f"{pack}\r\n" for pack in packs).encode(), len(events)


@contextmanager
def feeding(packed: bytes, times: int) -> Iterator[int]:
    """A process that sends all of it to whoever connects to this port."""
    with NamedTemporaryFile() as file:
        file.write(packed)
        file.flush()
        command = [sys.executable, "-c", FEED, str(times), file.name]
        feeder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert feeder.stdout is not None
            yield int(feeder.stdout.readline())
        finally:
            feeder.kill()
            feeder.wait()


def _seconds(read: Callable[[int, Heard], None], port: int, *, expected: int) -> float:
    """Of the processor, until the other side has closed; RuntimeError when an event is missing."""
    heard: Heard = queue.SimpleQueue()
    began = time.process_time()
    read(port, heard)
    took = time.process_time() - began
    if heard.qsize() != expected:
        raise RuntimeError(f"{heard.qsize()} of {expected} events were heard")
    return took


def _ours(port: int, heard: Heard) -> None:
    lost = threading.Event()
    client = Client("127.0.0.1", port, on_event=heard.put, on_lost=lambda why: lost.set())
    client.connect()
    lost.wait()


def _library(port: int, heard: Heard) -> None:
    client = AMIClient("127.0.0.1", port)
    client.add_event_listener(lambda event, **_: heard.put(event))
    client.connect()
    client.finished.wait()


def _panoramisk(port: int, heard: Heard) -> None:
    from panoramisk import Manager

    async def listen() -> None:
        lost = asyncio.Event()
        manager = Manager(
            host="127.0.0.1",
            port=port,
            loop=asyncio.get_running_loop(),
            reconnect_timeout=600,
            on_disconnect=lambda *_: lost.set(),
        )
        manager.log.disabled = True
        manager.register_event("*", lambda _manager, event: heard.put(event))
        await manager.connect()
        await lost.wait()
        manager.close()

    asyncio.run(listen())


READERS: dict[str, Callable[[int, Heard], None]] = {
    "ours": _ours,
    "panoramisk": _panoramisk,
    "asterisk-ami, bare": _library,
}


if __name__ == "__main__":
    main()
