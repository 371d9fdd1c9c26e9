"""Events of the manager interface, parsed a second: our client, panoramisk, the bare library.

Each reads the same bytes from a loopback socket as it would from Asterisk, and has a listener that
only enqueues; counted is the processor time of the reading side, so that a busy machine does not
blur it. The transcripts are panoramisk's own fixtures (`ami_fixtures.jsonl`), over and over.
"""

import asyncio
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from asterisk.ami.client import AMIClient

from telephony.carriers.asterisk.client import Client
from tests.infra.process import ROOT

FIXTURES = Path(
    os.environ.get("AMI_FIXTURES", ROOT.parent / "shared" / "vectors" / "ami_fixtures.jsonl")
)
EVENTS = int(os.environ.get("AMI_EVENTS", "100000"))
TIMES = 5
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
FEED = """
import socket, sys
times, packed = int(sys.argv[1]), open(sys.argv[2], "rb").read()
with socket.create_server(("127.0.0.1", 0)) as door:
    print(door.getsockname()[1], flush=True)
    while True:
        line = door.accept()[0]
        line.sendall(b"Asterisk Call Manager/11.0.0\\r\\n")
        for _ in range(times):
            line.sendall(packed)
        line.close()
"""
