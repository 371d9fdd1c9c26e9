"""A real Asterisk of its own on loopback ports, and SIPp, espeak-ng and sox beside it.

Asterisk 22 LTS comes from Debian's next release, unpacked into the cache; the machine is not
changed. The configuration is the one a town gets: `manage.py asterisk_config`.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Self

from tests.infra.debian import Tree, unpacked
from tests.infra.process import ROOT, Process, free_port
from tests.infra.server import manage

SUITE = "forky"
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "espeak-ng", "sip-tester", "sox")
SECRET = "tests-only-ami-secret"
EMPTY = (
    "acl ccss cdr cel cli cli_aliases cli_permissions features indications pjproject queuerules"
    " sorcery stasis udptl"
).split()


@cache
def tree() -> Tree:
    """The unpacked packages. Raises Missing."""
    return unpacked("asterisk", PACKAGES, suite=SUITE)


def program(name: str) -> list[str]:
    """A command of the tree: `sipp`, `sox` …"""
    return tree().command(name)


def voices() -> str:
    """A folder for PATH with `espeak-ng` and `sox`, so that SPEECH_COMMAND works as it ships."""
    folder = tree().root / "one-number-bin"
    if not folder.exists():
        fresh = folder.with_name(f"{folder.name}-{os.getpid()}")
        fresh.mkdir()
        for name in ("espeak-ng", "sox"):
            command = " ".join(f"'{part}'" for part in program(name))
            data = f"ESPEAK_DATA_PATH='{tree().lib / 'espeak-ng-data'}'"
            (fresh / name).write_text(f'#!/bin/sh\n{data} exec {command} "$@"\n')
            (fresh / name).chmod(0o755)
        try:
            fresh.rename(folder)
        except OSError:  # somebody else was quicker
            shutil.rmtree(fresh)
    return str(folder)


class Asterisk(Process):
    """`with Asterisk() as it:` waits until it is booted. `env` switches a house's carrier on.

    `trunk_port` is where it rings numbers outside, `desk_port` where it rings operators; nobody
    listens there until a test does.
    """

    def __init__(self, *, on_call: str = "") -> None:
        self.sip_port, self.ami_port, self.ws_port = free_udp_port(), free_port(), free_port()
        self.trunk_port, self.desk_port = free_udp_port(), free_udp_port()
        super().__init__([*program("asterisk"), "-f"], env={"TERM": "dumb"})
        self.prompts = self.folder / "prompts"
        rtp = 20_000 + (os.getpid() % 20) * 1000
        self.house_env = {
            "AMI_HOST": "127.0.0.1",
            "AMI_PORT": str(self.ami_port),
            "AMI_USER": "one-number",
            "AMI_SECRET": SECRET,
            "SIP_BIND": f"127.0.0.1:{self.sip_port}",
            "SIP_TRUNK": f"127.0.0.1:{self.trunk_port}",
            "SIP_WS_BIND": f"127.0.0.1:{self.ws_port}",
            "SIP_RTP_PORTS": f"{rtp}-{rtp + 999}",
            "SIP_PHONES": "plain",
            "ON_CALL_NUMBERS": on_call,
            "PROMPTS_DIR": str(self.prompts),
            "PATH": f"{voices()}:{os.environ['PATH']}",
        }
        self.etc = self.folder / "etc"
        self.command += ["-C", str(self.etc / "asterisk.conf")]

    def start(self) -> Self:
        super().start()
        self.wait_until(self._booted)
        return self

    def configure(self, env: Mapping[str, str], *, telephones: Collection[int] = ()) -> None:
        """Writes the configuration of a house. `telephones`: users whose telephone is on
        `desk_port`, without registering; those of browsers register."""
        self.lay_out()
        manage("asterisk_config", str(self.etc), env={**os.environ, **env})
        self.connect(telephones)

    def connect(self, telephones: Iterable[int]) -> None:
        """These users' telephones need not register."""
        file = self.etc / "pjsip_operators.conf"
        text = file.read_text()
        for user in telephones:
            here = f"\n[op-{user}]\ntype = aor\n"
            text = text.replace(here, f"{here}contact = sip:op-{user}@127.0.0.1:{self.desk_port}\n")
        file.write_text(text)

    def reload(self) -> None:
        """Reads changed files anew."""
        for module in ("res_pjsip.so", "app_queue.so", "manager"):
            self.console(f"module reload {module}")

    def console(self, line: str) -> str:
        """What the console answers to a command."""
        asked = [*program("asterisk"), "-C", str(self.etc / "asterisk.conf"), "-rx", line]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout

    def speaks(self, words: str, language: str) -> float:
        """How many seconds the voice that ships takes for `words`."""
        command = [str(ROOT / "deploy" / "asterisk" / "speak"), language]
        env = {**os.environ, "PATH": self.house_env["PATH"]}
        done = subprocess.run(
            command, input=words.encode(), env=env, capture_output=True, timeout=60, check=True
        )
        return (len(done.stdout) - 44) / 16_000

    def channels(self) -> list[str]:
        """The names of the channels that are up."""
        lines = self.console("core show channels concise").splitlines()
        return [line.split("!")[0] for line in lines if "!" in line]

    def freeze(self) -> None:
        """SIGSTOP: it holds its sockets and says nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _booted(self) -> bool:
        return "fully booted" in self.console("core waitfullybooted")

    def lay_out(self) -> None:
        """Its folders, and what Asterisk wants to be there beside the house's own files."""
        lib = tree().lib
        places = {
            "astetcdir": self.etc,
            "astmoddir": lib / "asterisk" / "modules",
            "astvarlibdir": self.folder / "lib",
            "astdbdir": self.folder / "lib",
            "astkeydir": self.folder / "lib",
            "astdatadir": self.folder / "data",
            "astagidir": self.folder / "agi",
            "astspooldir": self.folder / "spool",
            "astrundir": self.folder / "run",
            "astlogdir": self.folder / "logs",
            "astsbindir": tree().root / "usr" / "sbin",
        }
        for folder in (*list(places.values())[2:-1], self.etc, self.folder / "lib" / "keys"):
            folder.mkdir(parents=True, exist_ok=True)
        shared = tree().root / "usr" / "share" / "asterisk"
        for item in shared.iterdir():
            if not (self.folder / "data" / item.name).exists():
                (self.folder / "data" / item.name).symlink_to(item)
        lines = [f"{name} => {folder}" for name, folder in places.items()]
        options = (
            "[options]\nmaxcalls = 2000\nnocolor = yes\nhideconnect = yes\nlive_dangerously = no\n"
        )
        text = "\n".join(["[directories]", *lines, "", options])
        (self.etc / "asterisk.conf").write_text(text)
        for name in EMPTY:
            (self.etc / f"{name}.conf").write_text("[general]\n" if name in ("cdr", "cel") else "")
        (self.etc / "features.conf").write_text("[general]\n")


def free_udp_port() -> int:
    """A loopback port for datagrams that nobody has at this moment, nor gets by chance later."""
    while True:
        port = random.randrange(10_000, 20_000)  # below those that the system hands out
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door, suppress(OSError):
            door.bind(("127.0.0.1", port))
            return port
