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
from tests.infra.asterisk import Asterisk, free_udp_port
from tests.infra.process import Process
from tests.races.crowd import Crowd

WAI = "+8613900000077"


class Town:
    """`ask(act, …)` runs an act of `acts` on the house's database."""

    def __init__(self, asterisk: Asterisk, env: dict[str, str], crowd: Crowd, people: dict) -> None:
        self.asterisk, self.env, self._crowd = asterisk, env, crowd
        self.mei, self.olive, self.wai = people["mei"], people["olive"], people["wai"]
        self.olives_port = people["port"]
        self.link = self.run_ami()

    def run_ami(self) -> Process:
        """One process that wants the link; not started."""
        return Process([sys.executable, "manage.py", "run_ami"], env=self.env)

    def ask(self, act: Callable[..., Any], *arguments: object) -> Any:
        return self._crowd.one(act, *arguments)

    def until(self, true: Callable[[], object], *, within_s: float = 20.0) -> Any:
        """What `true` answers, once it is something; what is on record when it never is."""
        end = time.monotonic() + within_s
        while not (found := true()):
            assert time.monotonic() < end, self._state()
            time.sleep(0.1)
        return found

    def call(self, state: str, *, direction: str = "inbound", within_s: float = 20.0) -> dict:
        """The newest call of that direction, once it is in that state."""

        def found() -> dict | None:
            those = [call for call in self.ask(acts.calls) if call["direction"] == direction]
            return those[-1] if those and those[-1]["state"] == state else None

        return self.until(found, within_s=within_s)

    def until_well(self, within_s: float = 20.0) -> None:
        self.until(lambda: self.ask(acts.is_well), within_s=within_s)

    def in_room(self, call_id: int, members: int, *, within_s: float = 15.0) -> None:
        """Returns once so many are in the room of a call."""

        def there() -> bool:
            lines = self.asterisk.console(f"confbridge list {call_id}").splitlines()
            return len([line for line in lines if "PJSIP/" in line]) == members

        self.until(there, within_s=within_s)

    def until_quiet(self, *, within_s: float = 15.0) -> None:
        """Returns once no channel is up."""
        self.until(lambda: not self.asterisk.channels(), within_s=within_s)

    def _state(self) -> str:
        parts = (self.ask(acts.calls), self.ask(acts.jobs), self.ask(acts.orders))
        return "\n".join([*map(str, parts), str(self.asterisk.channels()), self.link.tail(3000)])


@contextmanager
def town(var: Path) -> Iterator[Town]:
    """SQLite, the worker in the server, one `run_ami`."""
    with ExitStack() as stack:
        asterisk = Asterisk()
        stack.callback(shutil.rmtree, asterisk.folder, ignore_errors=True)
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(var),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "SIMULATOR": "0",
            "TOWN_LANGUAGE": "en",
            **asterisk.house_env,
        }
        var.mkdir(parents=True, exist_ok=True)
        shutil.copy(houses.migrated_file(), var / "one.sqlite3")
        crowd = stack.enter_context(Crowd({**os.environ, **env}, hands=1))
        people = crowd.one(acts.town, WAI) | {"port": free_udp_port()}
        asterisk.configure(env, telephones={people["olive"]: people["port"]})
        stack.enter_context(asterisk)
        it = Town(asterisk, env, crowd, people)
        stack.enter_context(it.link)  # first: a house without it is not ready
        stack.enter_context(houses.embedded(var, env=env))
        it.until_well()
        yield it
