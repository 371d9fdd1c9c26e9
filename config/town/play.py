"""Plays the demo's town against the demo's own server, from beside it."""

from __future__ import annotations

import logging
import time
from threading import Event

import httpx
from django.conf import settings

from config.town import Place, Town, cast
from config.town.life import Life
from config.town.outside import Outside
from config.town.seeding import Scale
from elders.models import Elder

log = logging.getLogger(__name__)

STEP_S = 1.5
PATIENCE_S = 10.0


def play(stop: Event, *, token: str, longest_s: float) -> None:
    """Steps until told to stop; `token` is an operator's."""
    # Its library tells every request, several a second.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    scale = Scale()
    width_m, height_m = scale.size_m
    end = time.monotonic() + longest_s
    with httpx.Client(base_url=settings.PUBLIC_BASE_URL, timeout=PATIENCE_S) as client:
        life = Life(
            Town(width_m=width_m, height_m=height_m),
            Outside(client, token=token),
            elders=scale.elders,
            hotline=settings.HOTLINE_NUMBER,
            left_alone=cast.LEFT_ALONE,
            quiet=_quiet_place(),
            at=time.monotonic(),
        )
        while not stop.wait(STEP_S) and time.monotonic() < end:
            try:
                life.step(at=time.monotonic())
            except httpx.HTTPError as error:  # the house is busy, or stopping
                log.info("the town paused: %s", type(error).__name__)


def _quiet_place() -> Place | None:
    """Mei's home: what is ordered near it is for the worker whose page somebody holds."""
    mei = Elder.objects.filter(lines__number=cast.MEI).first()
    return (mei.lat, mei.lon) if mei and mei.lat is not None and mei.lon is not None else None
