"""Takes orders from the register to the devices that are on the line, and their answers back."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.utils import timezone

from tracking import commands
from tracking.messages import Message
from tracking.models import DeviceCommand

if TYPE_CHECKING:
    from tracking.gateway.gateway import Gateway

log = logging.getLogger(__name__)

EVERY_S = 2.0
P = ParamSpec("P")
T = TypeVar("T")


async def _in_thread(act: Callable[P, T], *said: P.args, **more: P.kwargs) -> T:
    """What `act` returns, done in a thread that gives its connection back."""

    def closing() -> T:
        try:
            return act(*said, **more)
        finally:
            connection.close()

    return await sync_to_async(closing, thread_sensitive=False)()


class Orders:
    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway

    async def run(self) -> None:
        """Looks every two seconds, until it is cancelled."""
        while True:
            try:
                await self.send()
            except DatabaseError:
                log.warning("orders could not be looked for")
            await asyncio.sleep(EVERY_S)

    async def send(self) -> None:
        """Sends what waits for a device that is here and has said how it is addressed."""
        for command in await _in_thread(_waiting, list(self._gateway.by_device)):
            line = self._gateway.by_device.get(command.device.device_id)
            if line is None:
                continue
            what = command.order, command.argument
            try:
                frame = line.dialect.command(*what, line.session)
                if not frame and line.dialect.takes(*what):
                    continue
                why = "" if frame else "not possible"
            except ValueError as wrong:
                frame, why = b"", str(wrong)
            if await _in_thread(_claimed, command, why):
                line.write(frame)

    async def answered(self, names: Sequence[str], message: Message) -> None:
        try:
            await _in_thread(_answered, names, message)
        except DatabaseError:
            log.warning("the answer of a device to an order could not be kept")


def _waiting(device_ids: Sequence[str]) -> list[DeviceCommand]:
    now = timezone.now()
    commands.expire(now=now)
    return commands.due(device_ids, now=now)


def _claimed(command: DeviceCommand, why: str) -> bool:
    """Whether it is ours to send and can be sent."""
    if why:
        commands.fail(command, why=why, now=timezone.now())
        return False
    return commands.claim(command, now=timezone.now())


def _answered(names: Sequence[str], said: Message) -> None:
    commands.answered(
        names, said.answers, text=said.answer_text, refused=said.refused, now=timezone.now()
    )
