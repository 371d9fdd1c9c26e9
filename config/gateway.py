"""The device gateway in a process: `manage.py run_gateway`, or the server where there is one only.

It says every few seconds that it is there, and looks what the register has for it.
"""

import asyncio
import logging
import resource
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config.health import GATEWAY
from config.models import Heartbeat
from tracking import devices
from tracking.gateway.gateway import Gateway
from tracking.protocols import registry

log = logging.getLogger(__name__)

EVERY_S = 5.0
SPARE_FILES = 256  # beside one for each connection


class GatewayHost:
    """`await start()` opens the ports of the settings, `await stop()` drains and closes."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        dialects = registry.dialects(self._keys.get)
        most = may_open(settings.GATEWAY_CONNECTIONS + SPARE_FILES) - SPARE_FILES
        self.gateway = Gateway(dialects, most=most)
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if not any(settings.GATEWAY_PORTS.values()):
            return
        await self._look()
        await self.gateway.open(settings.GATEWAY_HOST, settings.GATEWAY_PORTS)
        self._beating = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        if self._beating is None:
            return
        await self.gateway.stop()
        self._beating.cancel()
        with suppress(asyncio.CancelledError):
            await self._beating

    async def _beat(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(EVERY_S)

    async def _look(self) -> None:
        """A database that is away costs a beat, and nothing of what is on the line."""
        try:
            fresh = await sync_to_async(_beat, thread_sensitive=False)(self.gateway.facts())
        except DatabaseError:
            log.warning("the gateway could not say that it is there")
            return
        gone = self._keys.keys() - fresh.keys()
        self._keys.update(fresh)
        for device_id in gone:
            del self._keys[device_id]


def _beat(facts: dict[str, Any]) -> dict[str, bytes]:
    try:
        Heartbeat.beat(GATEWAY, now=timezone.now(), facts=facts)
        return devices.keys()
    finally:
        connection.close()


def may_open(files: int) -> int:
    """Raises this process' limit of open files towards `files`; how many it may have then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
