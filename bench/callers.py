"""Callers by the hundred: SIPp rings, and an ear for each notes when the first sound comes.

The INVITE is noted by SIPp as it leaves, the first packet of sound by the kernel as it arrives, so
neither waits for a busy benchmark.
"""

import csv
import selectors
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.infra.asterisk import Asterisk, free_udp_port, program
from tests.infra.process import Process
from tests.infra.sipp import CONTACT, SDP, VIA, hang_up, until_hung_up, wait

SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it
AWAY_S = 4.0
"""The dialplan's own limit: who hears the first sound later than this was queued by it."""

PATIENCE_S = 300.0
"""Nobody of a crowd without `hold_s` hangs up before."""

US = "<sip:[field0]@[local_ip]:[local_port]>;tag=[pid]crowd[call_number]"
THEM = "<sip:{to}@[remote_ip]:[remote_port]>"
RINGING = '<nop><action><log message="rings [call_number] [timestamp]"/></action></nop>'
ANSWERED = (
    '<recv response="200" rrs="true"><action>'
    '<ereg regexp="m=audio ([0-9]+)" search_in="msg" check_it="true" assign_to="line,at"/>'
    '<log message="speaks [call_number] [$at]"/></action></recv>'
)
COME = (
    '<nop><action><assignstr assign_to="said" value="[field2]"/>'
    '<todouble assign_to="ms" variable="said"/></action></nop><pause variable="ms"/>'
)
GATHER = 500
"""Callers a second whom SIPp makes ready; each then waits for the moment at which to ring."""
BREATH = struct.pack("!BBHII", 0x80, 0, 1, 160, 1) + b"\xff" * 160
"""One packet of silence: `Answer` waits up to 500 ms for the other side's first sound, and a
telephone sends it at once."""


class Heard(NamedTuple):
    """What became of a crowd: seconds from INVITE to the first sound of each who heard one."""

    placed: int
    failed: int
    """Not answered, cut off, or never set up, as SIPp counts."""
    waited_s: list[float]

    @property
    def silent(self) -> int:
        return self.placed - len(self.waited_s)

    @property
    def by_dialplan(self) -> int:
        return sum(waited >= AWAY_S for waited in self.waited_s)


class Ears:
    """One port a caller. `first[n]` is when the n-th heard something, in epoch seconds.

    `log` is what SIPp writes: whoever is answered breathes into the telephone.
    """

    def __init__(self, count: int, log: Path) -> None:
        self.first: dict[int, float] = {}
        self._log, self._ears = log, list[socket.socket]()
        self._stack, self._poll = ExitStack(), selectors.DefaultSelector()
        self._ending = threading.Event()
        self.ports = [self._open(n) for n in range(count)]
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _open(self, n: int) -> int:
        ear = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        ear.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        ear.bind(("127.0.0.1", 0))
        self._ears.append(ear)
        self._poll.register(ear, selectors.EVENT_READ, n)
        port: int = ear.getsockname()[1]
        return port

    def _listen(self) -> None:
        self._log.touch()
        with self._log.open(encoding="utf-8") as log:
            said = ""
            while not self._ending.is_set():
                whole, _end, said = (said + log.read()).rpartition("\n")
                self._breathe(whole)
                self._hear()

    def _breathe(self, said: str) -> None:
        for n, port in answered_at(said).items():
            self._ears[n - 1].sendto(BREATH, ("127.0.0.1", port))

    def _hear(self) -> None:
        for key, _mask in self._poll.select(0.005):
            assert isinstance(key.fileobj, socket.socket)
            _data, notes, _flags, _from = key.fileobj.recvmsg(2048, 256)
            seconds, nanos = struct.unpack("qq", notes[0][2][:16])
            self.first[key.data] = seconds + nanos / 1e9
            self._poll.unregister(key.fileobj)  # what follows is left to the kernel

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._poll.close()
        self._stack.close()


class Crowd(Process):
    """One SIPp: `numbers` ring one after another, `rate` a second, or each at its second of `at_s`.

    Each stays for `hold_s`; without, until the other side hangs up.
    """

    def __init__(
        self,
        asterisk: Asterisk,
        numbers: Sequence[str],
        *,
        to: str,
        rate: float = GATHER,
        at_s: Sequence[float] = (),
        hold_s: float | None = None,
    ) -> None:
        super().__init__([])
        self.rang, self.stats = self.folder / "rang", self.folder / "stats"
        self.numbers, self.ears = numbers, Ears(len(numbers), self.rang)
        (self.folder / "crowd.xml").write_text(scenario(to, hold_s, come=bool(at_s)), "utf-8")
        pauses = pauses_ms(at_s) if at_s else [0] * len(numbers)
        lines = zip(numbers, self.ears.ports, pauses, strict=True)
        rows = [f"{number};{port};{pause}" for number, port, pause in lines]
        (self.folder / "crowd.csv").write_text("\n".join(["SEQUENTIAL", *rows, ""]))
        self.command = [
            *(*program("sipp"), f"127.0.0.1:{asterisk.sip_port}"),
            *("-sf", str(self.folder / "crowd.xml"), "-inf", str(self.folder / "crowd.csv")),
            *("-i", "127.0.0.1", "-p", str(free_udp_port())),
            *("-min_rtp_port", str(free_udp_port()), "-nostdin", "-nd"),
            *("-r", str(rate), "-m", str(len(numbers)), "-l", str(len(numbers))),
            *("-trace_logs", "-log_file", str(self.rang)),
            *("-trace_stat", "-stf", str(self.stats), "-fd", "5"),
        ]
        self.env = {"TERM": "dumb"}
        self._within_s = len(numbers) / rate + max(at_s, default=0) + (hold_s or PATIENCE_S) + 60

    def heard(self) -> Heard:
        """Rings, and returns once everybody has hung up."""
        with self.ears, self:
            self._wait(self._within_s)
            rang = rang_at(self.rang.read_text("utf-8"))
            failed = failures(self.stats)
        waits = [at - rang[n + 1] for n, at in self.ears.first.items()]
        self.rang_at = {self.numbers[n - 1]: at for n, at in rang.items()}
        return Heard(len(self.numbers), failed, sorted(waits))


def pauses_ms(at_s: Sequence[float]) -> list[int]:
    """How long each waits from the moment at which SIPp has made it ready; all come as late as
    the last needs."""
    ready_s = [n / GATHER for n in range(len(at_s))]
    return [int((ready_s[-1] + at - ready) * 1000) for at, ready in zip(at_s, ready_s, strict=True)]


def scenario(to: str, hold_s: float | None, *, come: bool = False) -> str:
    """SIPp's words for one caller who rings, listens and hangs up."""
    them = THEM.format(to=to)
    head = f"From: {US}\nTo: {them}"
    sdp = SDP.replace("[auto_media_port]", "[field1]")
    invite = (
        f"INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0\n{VIA}{head}\n"
        f"Call-ID: [call_id]\nCSeq: 1 INVITE\n{CONTACT}Content-Type: application/sdp\n"
        f"Content-Length: [len]\n\n{sdp}"
    )
    ack = (
        f"ACK [next_url] SIP/2.0\n{VIA}{head}[peer_tag_param]\n"
        "Call-ID: [call_id]\nCSeq: 1 ACK\nMax-Forwards: 70\nContent-Length: 0\n"
    )
    early = "".join(f'<recv response="{code}" optional="true"/>' for code in (100, 180, 183))
    bye = hang_up().replace("@US@", US).replace("@THEM@", f"{them}[peer_tag_param]")
    end = until_hung_up(PATIENCE_S) if hold_s is None else wait(hold_s) + bye.replace("@CSEQ@", "2")
    return (
        '<?xml version="1.0"?>\n<scenario name="crowd">'
        f'{COME if come else ""}{RINGING}<send retrans="500"><![CDATA[\n{invite}\n]]></send>{early}'
        f"{ANSWERED}<send><![CDATA[\n{ack}\n]]></send>{end}"
        '<Reference variables="line"/></scenario>'
    )


def rang_at(log: str) -> dict[int, float]:
    """Call number → epoch seconds of its INVITE, from what the scenario logs."""
    lines = (line.split() for line in log.splitlines() if line.startswith("rings "))
    return {int(line[1]): float(line[-1]) for line in lines}


def answered_at(log: str) -> dict[int, int]:
    """Call number → Asterisk's port for the sound of it."""
    lines = (line.split() for line in log.splitlines() if line.startswith("speaks "))
    return {int(line[1]): int(line[2]) for line in lines}


def failures(stats: Path) -> int:
    """Failed calls of a whole run, from SIPp's own statistics."""
    with stats.open(encoding="utf-8") as file:
        return int(list(csv.DictReader(file, delimiter=";"))[-1]["FailedCall(C)"])


class Telephones(Process):
    """Telephones of operators, all at one port: whoever is rung answers at once and stays."""

    def __init__(self, *, port: int) -> None:
        super().__init__([])
        us = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]desk[call_number]\n[last_Call-ID:]\n"
        head = f"{us}[last_CSeq:]\nContact: <sip:op@[local_ip]:[local_port]>\n"
        typed = "Content-Type: application/sdp\nContent-Length: [len]\n"
        (self.folder / "desk.xml").write_text(
            '<?xml version="1.0"?>\n<scenario name="desk"><recv request="INVITE" rrs="true"/>'
            f'<send retrans="500"><![CDATA[\nSIP/2.0 200 OK\n{head}{typed}\n{SDP}\n]]></send>'
            f'<recv request="ACK"/>{until_hung_up(PATIENCE_S)}</scenario>',
            "utf-8",
        )
        self.command = [
            *(*program("sipp"), "-sf", str(self.folder / "desk.xml"), "-nostdin", "-nd"),
            *("-i", "127.0.0.1", "-p", str(port), "-min_rtp_port", str(free_udp_port())),
        ]
        self.env = {"TERM": "dumb"}
