"""What binds a worker in one category, as one JSON object, and what it bars at an hour. Pure."""

from datetime import datetime
from typing import TypedDict

from providers.hours import Interval, cover
from providers.need import Code


class Terms(TypedDict):
    """Times of day are "HH:MM:SS" in town, dates ISO, money cents. An empty list binds nothing,
    except that `licences` is null where none is needed and empty where one is missing.
    """

    active: bool
    offered: bool  # false: the provider has services in the category, all switched off
    licences: list[tuple[str, str]] | None  # valid from, valid to
    hours: list[Interval]
    shifts: list[Interval]
    areas: list[str]  # grid codes
    price: tuple[int, int] | None  # the service cheapest to the elder: price, subsidy
    place: tuple[float, float] | None  # of the provider, for a worker without a position


def barred(terms: Terms, *, grid: str, local: datetime) -> Code | None:
    """Why the terms keep the worker from an elder in `grid` at a town's hour, if they do."""
    today = local.date().isoformat()
    licences, areas = terms["licences"], terms["areas"]
    if not terms["active"]:
        return Code.INACTIVE
    if not terms["offered"]:
        return Code.NOT_OFFERED
    if licences is not None and not any(first <= today <= last for first, last in licences):
        return Code.NO_LICENCE
    if terms["hours"] and not cover(terms["hours"], local):
        return Code.CLOSED
    if terms["shifts"] and not cover(terms["shifts"], local):
        return Code.OFF_SHIFT
    if grid and areas and not grid.startswith(tuple(areas)):
        return Code.OUTSIDE_AREA
    return None
