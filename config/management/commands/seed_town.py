"""`manage.py seed_town`: a made-up town of any size, the same one for the same seed."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from config import basemap
from config.town import ANCHOR, Place, Town, cast
from config.town.seeding import Scale, is_empty, settle


class Command(BaseCommand):
    help = "Fills an empty database with a made-up town: elders, providers, workers, a base map."

    def add_arguments(self, parser: CommandParser) -> None:
        usual = Scale()
        parser.add_argument("--elders", type=count(5_000_000), default=usual.elders)
        parser.add_argument("--providers", type=count(500_000), default=usual.providers)
        parser.add_argument("--workers", type=count(1_000_000), default=usual.workers)
        parser.add_argument("--seed", type=int, default=7, help="another seed, another town")
        parser.add_argument(
            "--anchor", type=place, default=ANCHOR, metavar="LAT,LON", help="its middle"
        )
        parser.add_argument(
            "--extent-m",
            type=size,
            metavar="WIDTHxHEIGHT",
            help="its size in metres; without it, big enough for its elders",
        )
        parser.add_argument(
            "--add", action="store_true", help="also where somebody lives already, beside them"
        )
        parser.add_argument(
            "--demo",
            action="store_true",
            help="with the people and accounts that `make demo` publishes; nothing if it is there",
        )

    def handle(self, *, demo: bool, add: bool, verbosity: int, **options: Any) -> None:
        scale = Scale(options["elders"], options["providers"], options["workers"])
        if scale.workers and not scale.providers:
            raise CommandError("--workers: each belongs to a provider; give --providers too.")
        width_m, height_m = options["extent_m"] or scale.size_m
        town = Town(
            anchor=options["anchor"], width_m=width_m, height_m=height_m, seed=options["seed"]
        )
        if is_empty() or (add and not demo):
            self._settle(scale, town, quiet=verbosity == 0)
            if verbosity and not demo:
                self._say(scale, town)
        elif not demo:
            raise CommandError(
                "Somebody lives here already; nothing was changed. To begin anew use an empty"
                " database (VAR_DIR or DATABASE_URL), to add people give --add."
            )
        if demo and not cast.is_here():
            cast.arrive(town, now=timezone.now())
        if not demo or not basemap.file().exists():
            basemap.write(town)

    def _settle(self, scale: Scale, town: Town, *, quiet: bool) -> None:
        with tqdm(total=scale.people, unit=" people", desc="Seeding", disable=quiet) as bar:
            settle(scale, town, now=timezone.now(), progress=bar.update)

    def _say(self, scale: Scale, town: Town) -> None:
        lat, lon = town.extent.centre
        self.stdout.write(
            f"Seeded {scale.elders:,} elders, {scale.providers:,} providers and"
            f" {scale.workers:,} workers around {lat:.4f}, {lon:.4f} (seed {town.seed}),"
            f" with a base map in {basemap.file()}.\n"
            "Next: `manage.py createsuperuser`, then `make serve`; or `make demo` for a town"
            " with accounts to try."
        )


def count(most: int) -> Callable[[str], int]:
    """Reads a whole number from 0 to `most`."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) > most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from 0 to {most:,}")
        return int(text)

    return number


def place(text: str) -> Place:
    """Reads "31.47,104.68"; places near the poles have no streets."""
    lat, lon = _pair(text, ",", "LAT,LON in degrees, such as 31.467,104.679")
    if not (abs(lat) <= 80 and abs(lon) <= 179):
        raise ArgumentTypeError(f"{text!r}: latitude within ±80, longitude within ±179 degrees")
    return lat, lon


def size(text: str) -> tuple[float, float]:
    """Reads "6000x5000"."""
    width, height = _pair(text, "x", "WIDTHxHEIGHT in metres, such as 6000x5000")
    if not all(2_000 <= side <= 200_000 for side in (width, height)):
        raise ArgumentTypeError(f"{text!r}: each side from 2,000 to 200,000 metres")
    return width, height


def _pair(text: str, between: str, shape: str) -> tuple[float, float]:
    number = r"(-?[0-9]{1,7}(?:\.[0-9]{1,15})?)"
    found = re.fullmatch(rf"\s*{number}\s*{between}\s*{number}\s*", text, re.ASCII)
    if not found:
        raise ArgumentTypeError(f"{text!r} is not {shape}")
    return float(found[1]), float(found[2])
