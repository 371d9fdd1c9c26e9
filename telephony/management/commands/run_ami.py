"""`manage.py run_ami`: holds the link to Asterisk, or stands by until its holder is gone."""

import logging
import os
import signal
import socket
import threading
import time
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from telephony import prompts
from telephony.carriers.asterisk import holding
from telephony.carriers.asterisk.link import AsteriskLink

log = logging.getLogger(__name__)

CARRIER = "asterisk"
EVERY_S = 0.7


class Command(BaseCommand):
    help = "Holds the one link to Asterisk; a second process stands by and takes over within 5 s."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.AMI_HOST and settings.AMI_USER and settings.AMI_SECRET):
            raise CommandError("Asterisk is not configured: set AMI_HOST, AMI_USER and AMI_SECRET.")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        prompts.waiting_music()
        Holder().run(stop)


class Holder:
    """One process that wants the link. What it may do ends with its lease, by its own clock."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:20]}-{os.getpid()}-{uuid4().hex[:6]}"
        self._link: AsteriskLink | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self, stop: threading.Event) -> None:
        held_until, stands_by = 0.0, False
        while not stop.is_set():
            asked = time.monotonic()
            try:
                well = self._link is not None and self._link.well
                if holding.take(CARRIER, self.name, well=well, now=timezone.now()):
                    held_until = asked + holding.LEASE_S
                    self._begin()
                    stands_by = False
                else:
                    held_until = 0.0
                    if not stands_by:
                        log.info("Another process holds the link to Asterisk; this one stands by")
                    stands_by = True
            except DatabaseError:
                log.exception("The lease of the link could not be renewed")
            if time.monotonic() > held_until - EVERY_S / 2:
                self._end()
            stop.wait(EVERY_S)
        self._end()
        holding.leave(CARRIER, self.name)

    def _begin(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        log.info("This process holds the link to Asterisk")
        self._link, self._ending = AsteriskLink(), threading.Event()
        self._thread = threading.Thread(
            target=self._link.run, args=(self._ending,), name="ami-link", daemon=True
        )
        self._thread.start()

    def _end(self) -> None:
        if self._thread is None:
            return
        self._ending.set()
        self._thread.join(5)
        self._thread = self._link = None
