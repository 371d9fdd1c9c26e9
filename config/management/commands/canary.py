"""`manage.py canary`: presses a button and rings the number, as anybody outside could."""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import outside_screen
from config.canary import Canary, Missed, Sung


class Command(BaseCommand):
    help = (
        "Presses CANARY_DEVICE's button and rings from CANARY_NUMBER through the public ports,"
        " until an operator's screen shows it. 1 when something was missed. CANARY_TOKEN in the"
        " environment is an operator's bearer token."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default=settings.PUBLIC_BASE_URL)
        parser.add_argument("--device", default=settings.CANARY_DEVICE)
        parser.add_argument("--number", default=settings.CANARY_NUMBER)
        parser.add_argument(
            "--gateway", default="", metavar="HOST:PORT", help="its port of watches"
        )
        parser.add_argument("--sip", default="", metavar="HOST:PORT", help="ring an exchange, too")
        parser.add_argument(
            "--hotline", default=settings.HOTLINE_NUMBER, help="what it rings there"
        )
        parser.add_argument("--every", type=float, default=0.0, metavar="S", help="again and again")
        parser.add_argument("--patience", type=float, default=15.0, metavar="S")

    def handle(self, *args: Any, **options: Any) -> None:
        token = os.environ.get("CANARY_TOKEN", "")
        if not (token and options["device"]):
            raise CommandError("CANARY_TOKEN and CANARY_DEVICE (or --device) are needed.")
        screen = partial(
            outside_screen.lit, options["base_url"], token, patience_s=options["patience"]
        )
        with httpx.Client(base_url=options["base_url"], timeout=options["patience"]) as house:
            canary = Canary(house, token, screen, patience_s=options["patience"])
            well = self._sing(canary, options)
            while options["every"]:
                time.sleep(options["every"])
                well = self._sing(canary, options)
        if not well:
            sys.exit(1)

    def _sing(self, canary: Canary, options: dict[str, Any]) -> bool:
        """Every song is tried, whatever became of the one before."""
        songs: list[Callable[[], Sung]] = [lambda: canary.press(options["device"])]
        if options["gateway"]:
            watches = _address(options, "gateway", 5093)
            songs.append(lambda: canary.press_watch(watches, options["device"]))
        if options["number"] and settings.SIMULATOR:
            songs.append(lambda: canary.ring(options["number"]))
        if options["sip"]:
            address = _address(options, "sip", 5060)
            number, hotline = options["number"], options["hotline"]
            songs.append(lambda: canary.options(address))
            if number and hotline:
                songs.append(lambda: canary.ring_by_sip(address, number, hotline))
        sung = [self._sung(song) for song in songs]
        return all(sung)

    def _sung(self, song: Callable[[], Sung]) -> bool:
        try:
            self.stdout.write(str(song()))
        except Missed as missed:
            self.stderr.write(self.style.ERROR(f"MISSED: {missed}"))
            return False
        return True


def _address(options: dict[str, Any], name: str, port: int) -> tuple[str, int]:
    """HOST:PORT, or HOST at the usual port."""
    host, _, own = options[name].partition(":")
    try:
        return host, int(own or port)
    except ValueError as wrong:
        raise CommandError(f"--{name} must be HOST:PORT, and is {options[name]}") from wrong
