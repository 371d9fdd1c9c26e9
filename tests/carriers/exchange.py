"""A real Asterisk for stories that are played within the test's own process."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.test import override_settings
from django.utils import timezone

from elders.models import User
from telephony import prompts
from telephony.carriers.asterisk import deployment, holding
from telephony.carriers.asterisk.deployment import telephone
from telephony.carriers.asterisk.switchboard import Switchboard
from telephony.management.commands.run_ami import Holder
from telephony.models import Call, LinkOrder
from tests.infra import voice
from tests.infra.asterisk import Asterisk
from tests.infra.line import Line
from tests.infra.trunk import Trunk

QUIET_S = 0.2


class Exchange:
    """Asterisk, the telephones of its trunk, and the link that the test's own process holds."""

    def __init__(self, asterisk: Asterisk, trunk: Trunk) -> None:
        self.asterisk, self.trunk = asterisk, trunk
        self.holder = Holder()

    @contextmanager
    def linked(self) -> Iterator[None]:
        """With the link up. What is still on the line at the end is hung up."""
        try:
            self.link_up()
            yield
        finally:
            self.trunk.hang_up_all()
            self.trunk.until(lambda: not self.asterisk.channels())
            self.link_down()
            self.trunk.forget()

    def link_up(self) -> None:
        self.holder, self._stop = Holder(), threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._thread.start()
        self.trunk.until(lambda: holding.is_well("asterisk", now=timezone.now()))

    def _hold(self) -> None:
        try:
            self.holder.run(self._stop)
        finally:
            connections.close_all()  # a process of its own would end here

    def link_down(self) -> None:
        self._stop.set()
        self._thread.join(20)

    def equip(self, *operators: User) -> None:
        """A telephone for each of them, under the name of `deployment.telephone`."""
        self.configure(operators)
        self.asterisk.reload()
        shown = telephone(operators[-1].pk)
        self.trunk.until(lambda: shown in self.asterisk.console("pjsip show endpoints"))

    def configure(self, operators: Sequence[User] = ()) -> None:
        with override_settings(**settings_of(self.asterisk)):
            deployment.write(self.asterisk.etc, operators)
        self.asterisk.connect(user.pk for user in operators)

    @property
    def board(self) -> Switchboard:
        link = self.holder._link
        assert link is not None
        return link.board

    def settle(self, line: Line) -> None:
        """Returns once nothing is left to be done, and the line has fallen silent."""
        self.trunk.until(lambda: self._is_idle() and line.quiet_s() > QUIET_S)

    def call(self, line: Line) -> Call:
        """The call of a line, as the register has it."""
        mine = [call for call in Call.objects.order_by("pk") if call.other_number == line.number]
        return mine[-1]

    def in_room(self, line: Line) -> bool:
        """Whether Asterisk has it in a conversation."""
        shown = self.asterisk.console("core show channels concise").splitlines()
        unique, app = self.call(line).carrier_ref, "ConfBridge"
        return any(row.split("!")[-1] == unique and app in row.split("!") for row in shown)

    def sentences(self, line: Line) -> list[str]:
        """What sounded in that telephone, read by what the house has ever said."""
        said = {
            voice.code(prompts.words(sentence), step["language"]): sentence
            for call in Call.objects.all()
            for step in call.script
            if step["verb"] == "say"
            for sentence in prompts.sentences(step["text"])
        }
        return [said.get(code, code) for code in line.sentences()]

    def _is_idle(self) -> bool:
        legs = list(self.board.legs.values())
        return not (
            LinkOrder.objects.filter(taken_at=None).exists()
            or self.board.turns._waiting
            or any(leg._running or leg._steps for leg in legs)
        )


def settings_of(asterisk: Asterisk) -> dict[str, Any]:
    """What the environment of a house makes of it, with a voice that can be read."""
    env = {name: value for name, value in asterisk.house_env.items() if name != "PATH"}
    return env | {
        "AMI_PORT": asterisk.ami_port,
        "ON_CALL_NUMBERS": env["ON_CALL_NUMBERS"].split(),
        "PROMPTS_DIR": asterisk.prompts,
        "SPEECH_COMMAND": voice.program(asterisk.folder),
        "SPOOL_DIR": asterisk.folder / "spool-of-the-house",
    }


@contextmanager
def exchange() -> Iterator[Exchange]:
    """One Asterisk, configured as a town's, with a voice that can be read."""
    asterisk = Asterisk()
    try:
        asterisk.lay_out()
        voice.music(asterisk.prompts / "waiting")
        with Trunk(asterisk) as trunk:
            it = Exchange(asterisk, trunk)
            it.configure()
            with asterisk:
                yield it
    finally:
        shutil.rmtree(asterisk.folder, ignore_errors=True)
