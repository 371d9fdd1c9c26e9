"""Which carriers are switched on: `settings.CARRIERS`, dotted paths in order of preference."""

import logging
from datetime import datetime
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from telephony.carriers.base import Carrier
from telephony.errors import CarrierError

log = logging.getLogger(__name__)


@cache
def _build(paths: tuple[str, ...]) -> dict[str, Carrier]:
    built = [cast(Carrier, import_string(path)()) for path in paths]
    return {carrier.name: carrier for carrier in built}


def carriers() -> dict[str, Carrier]:
    """Every carrier that is switched on, by name."""
    return _build(tuple(settings.CARRIERS))


def carrier_named(name: str) -> Carrier:
    """One of them; `CarrierError` when it is switched off."""
    try:
        return carriers()[name]
    except KeyError:
        raise CarrierError(f"the carrier “{name}” is switched off", permanent=False) from None


def carrier_for_calling_out(kind: str = "call") -> Carrier:
    """The first of them that carries a "call" or a "text"; `CarrierError` when there is none."""
    for carrier in carriers().values():
        if kind == "call" or carrier.carries_texts:
            return carrier
    if carriers():
        raise CarrierError("no carrier that is switched on carries texts", permanent=True)
    raise CarrierError("no carrier is switched on", permanent=False)


def tend(*, now: datetime) -> None:
    """Each carrier's own housekeeping; one that fails keeps none of the others from theirs."""
    for carrier in carriers().values():
        try:
            carrier.tend(now=now)
        except Exception:
            log.exception("A carrier could not look after itself", extra={"carrier": carrier.name})
