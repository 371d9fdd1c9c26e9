"""`manage.py run_gateway`: the device gateway as a process of its own."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import interpreter
from config.checks import refuse_what_is_broken
from config.gateway import GatewayHost


class Command(BaseCommand):
    help = "Listens for devices that speak TCP and UDP, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if not any(settings.GATEWAY_PORTS.values()):
            raise CommandError("No device port is set: see WATCH_PORT … SCAIP_PORT.")
        refuse_what_is_broken()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        host = GatewayHost()
        await host.start()
        try:
            if host.gateway.missing:
                raise CommandError("; ".join(host.gateway.missing.values()))
            interpreter.settle()
            ports = ", ".join(f"{name} {port}" for name, port in host.gateway.ports.items())
            self.stdout.write(f"Listening at {settings.GATEWAY_HOST}: {ports}")
            self.stdout.flush()
            await stop.wait()
        finally:
            await host.stop()
