"""`manage.py run_mqtt`: what a Traccar server forwards by MQTT, as a process of its own."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import mqtt
from config.checks import refuse_what_is_broken


class Command(BaseCommand):
    help = "Takes positions and events from an MQTT broker, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MQTT_URL:
            raise CommandError("No broker is set: see MQTT_URL.")
        refuse_what_is_broken()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await mqtt.serve(stop)
