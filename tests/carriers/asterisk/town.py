"""A whole town on a real Asterisk: house, link, operators' telephones, callers outside."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.carriers.asterisk import acts
from tests.infra import house as houses
from tests.infra import voice
from tests.infra.asterisk import Asterisk
from tests.infra.house import House
from tests.infra.postgres import Postgres
from tests.infra.process import Process
from tests.infra.redis import Redis
from tests.infra.trunk import Trunk
from tests.races.crowd import Crowd

WAI = "+8613900000077"


class Town:
    """`ask(act, …)` runs an act of `acts` on the house's database."""

    def __init__(self, asterisk: Asterisk, env: dict[str, str], crowd: Crowd) -> None:
        self.asterisk, self.env, self._crowd = asterisk, env, crowd
        self.link = self.run_ami()
        self.house: House | None = None
        self._equipped = 0

    def settle(self) -> None:
        """Nobody has rung yet, and everything is up."""
        for process in (self.asterisk, self.link):
            if not process.running():
                process.start()
        self.until_quiet()
        people = self.ask(acts.town, WAI)
        # Calls are numbered anew, and nothing that was recorded of an earlier one is this one's.
        for sound in Path(self.env["SPOOL_DIR"]).glob("*.wav"):
            sound.unlink(missing_ok=True)
        self.mei, self.olive, self.wai = people["mei"], people["olive"], people["wai"]
        if self._equipped != self.olive:
            self.asterisk.configure(self.env, telephones=[self.olive])
            self.asterisk.reload()
            self._equipped = self.olive
        self.until_well()

    def telephones(self) -> Trunk:
        """`with town.telephones() as trunk:` while no SIPp is rung outside."""
        return Trunk(self.asterisk)

    def run_ami(self) -> Process:
        """One process that wants the link; not started."""
        return Process([sys.executable, "manage.py", "run_ami"], env=self.env)

    def ask(self, act: Callable[..., Any], *arguments: object) -> Any:
        return self._crowd.one(act, *arguments)

    def until(self, true: Callable[[], object], *, within_s: float = 60.0) -> Any:
        """What `true` answers, once it is something; what is on record when it never is."""
        end = time.monotonic() + within_s
        while not (found := true()):
            assert time.monotonic() < end, self._state()
            time.sleep(0.1)
        return found

    def call(self, state: str, *, direction: str = "inbound", within_s: float = 60.0) -> dict:
        """The newest call of that direction, once it is in that state."""

        def found() -> dict | None:
            those = [call for call in self.ask(acts.calls) if call["direction"] == direction]
            return those[-1] if those and those[-1]["state"] == state else None

        return self.until(found, within_s=within_s)

    def until_well(self, within_s: float = 60.0) -> None:
        self.until(lambda: self.ask(acts.is_well), within_s=within_s)

    def link_is_up_again(self, after: Callable[[], object], *, within_s: float = 60.0) -> None:
        """Returns once a login has followed `after`; on a busy machine a process starts slowly."""
        before = self._logins()
        after()
        self.until(lambda: self._logins() > before, within_s=within_s)

    def _logins(self) -> int:
        return self.link.log.read_text("utf-8", "replace").count("The link to Asterisk is up")

    def in_room(self, call_id: int, members: int, *, within_s: float = 30.0) -> None:
        """Returns once so many are in the room of a call."""

        def there() -> bool:
            lines = self.asterisk.console(f"confbridge list {call_id}").splitlines()
            return len([line for line in lines if "PJSIP/" in line]) == members

        self.until(there, within_s=within_s)

    def until_quiet(self, *, within_s: float = 30.0) -> None:
        """Returns once no channel is up."""
        self.until(lambda: not self.asterisk.channels(), within_s=within_s)

    def _state(self) -> str:
        parts = (self.ask(acts.calls), self.ask(acts.jobs), self.ask(acts.orders))
        return "\n".join([*map(str, parts), str(self.asterisk.channels()), self.link.tail(3000)])


@contextmanager
def town(var: Path, *parts: Postgres | Redis) -> Iterator[Town]:
    """One `run_ami`, and a house: on SQLite, or with `parts` on PostgreSQL and Redis."""
    with ExitStack() as stack:
        asterisk = Asterisk()
        stack.callback(shutil.rmtree, asterisk.folder, ignore_errors=True)
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SIMULATOR": "0",
            "TOWN_LANGUAGE": "en",
            "RECORD_CALLS": "1",
            "SPEECH_COMMAND": voice.program(asterisk.folder),
            "SPOOL_DIR": str(asterisk.folder / "spool-of-the-house"),
            **asterisk.house_env,
            **houses.database(var, *parts),
        }
        voice.music(asterisk.prompts / "waiting")
        crowd = stack.enter_context(Crowd({**os.environ, **env}, hands=1))
        asterisk.configure(env)
        stack.enter_context(asterisk)
        it = Town(asterisk, env, crowd)
        stack.enter_context(it.link)  # first: a house without it is not ready
        it.house = stack.enter_context(houses.running(env))
        it.until_well()
        yield it
