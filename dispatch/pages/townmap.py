"""The town on one map: what is open, who is there to help, and where the load lies.

Everything a desk sees at a glance and nothing by name: the board hangs in a room. A layer of very
many is drawn as one dot a cell, so that 60,000 workers weigh no more than a town's.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import h3
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dispatch import selectors, standing
from dispatch.models import OutageElder, ServiceRequest
from dispatch.states import OPEN, Priority
from elders.models import Elder, User
from elders.selectors import elders_for
from providers.selectors import providers_for, workers_for
from tracking.selectors import stations_for

Place = tuple[float, float]
Placed = TypeVar("Placed", bound=Model)

LATELY = timedelta(hours=24)
CELL = 8  # H3: about 0.7 km² a cell, a housing estate or two
MOST_DOTS = 1_500  # of a layer; more are drawn by cells
STEPS = 4  # of load, by share of the fullest cell

# layer → (what its button says, what that means)
LAYERS = {
    "load": (_("Load"), _("Requests of the last day, by cell")),
    "request": (_("Requests"), _("Open requests")),
    "risk": (_("Risk"), _("Elders at risk")),
    "worker": (_("Carers"), _("Carers on duty")),
    "provider": (_("Providers"), _("Where providers are")),
    "station": (_("Stations"), _("Community stations")),
    "outage": (_("Cut off"), _("Cannot call for help (outage)")),
}


def read(user: User, *, now: datetime) -> dict[str, Any]:
    """What `js/map/overlay.js` draws.

    {"cells": [{"ring", "step"}], "dots": [[lat, lon, layer, weight]]}:
    `weight` is how many a dot stands for; an open emergency's layer is `emergency`.
    """
    requests = selectors.requests_for(user).exclude(source=ServiceRequest.Source.CANARY)
    requests = requests.select_related(None).select_related("elder")
    lately = requests.filter(Q(opened_at__gte=now - LATELY) | Q(state__in=OPEN))
    placed = [(row, place) for row in lately if (place := place_of(row))]
    still = [(row, place) for row, place in placed if row.state in OPEN]
    dots = [
        *_dots("provider", _pairs(providers_for(user))),
        *_dots("station", _pairs(stations_for(user))),
        *_dots("worker", _pairs(workers_for(user).filter(on_duty=True))),
        *_dots("risk", _pairs(at_risk(user, now=now))),
        *_dots("outage", _pairs(cut_off(user, now=now))),
    ]
    for row, place in sorted(still, key=lambda pair: pair[0].priority == Priority.EMERGENCY):
        layer = "emergency" if row.priority == Priority.EMERGENCY else "request"
        dots.append([*_short(place), layer, 1])
    return {"cells": _cells(place for _, place in placed), "dots": dots}


def place_of(request: ServiceRequest) -> Place | None:
    """Where the need was when it was opened; else her home."""
    if estimate := request.estimate:
        return estimate["lat"], estimate["lon"]
    elder = request.elder
    if elder and elder.lat is not None and elder.lon is not None:
        return elder.lat, elder.lon
    return None


def at_risk(user: User, *, now: datetime) -> QuerySet[Elder]:
    """The elders whom an unanswered check-in of today leaves in doubt."""
    silent = standing.silent_today(selectors.checkins_for(user), now=now)
    return elders_for(user, now=now).filter(pk__in=silent.values("elder"))


def cut_off(user: User, *, now: datetime) -> QuerySet[Elder]:
    """Those on the list of an outage whom nobody has looked after yet."""
    waiting = OutageElder.objects.filter(outage__ended_at=None)
    waiting = waiting.exclude(state=OutageElder.State.DONE)
    return elders_for(user, now=now).filter(pk__in=waiting.values("elder"))


def _pairs(rows: QuerySet[Placed]) -> list[Place]:
    return list(rows.filter(lat__isnull=False).values_list("lat", "lon"))


def _dots(layer: str, places: list[Place]) -> list[list[Any]]:
    if len(places) <= MOST_DOTS:
        return [[*_short(place), layer, 1] for place in places]
    return [[*_short(h3.cell_to_latlng(cell)), layer, n] for cell, n in _count(places).items()]


def _cells(places: Iterable[Place]) -> list[dict[str, Any]]:
    counted = _count(places)
    fullest = max(counted.values(), default=0)
    return [
        {
            "ring": [_short(corner) for corner in h3.cell_to_boundary(cell)],
            "step": -(-STEPS * count // fullest),
        }
        for cell, count in counted.items()
    ]


def _count(places: Iterable[Place]) -> Counter[str]:
    return Counter(h3.latlng_to_cell(lat, lon, CELL) for lat, lon in places)


def _short(place: Place) -> list[float]:
    """To a metre."""
    return [round(place[0], 5), round(place[1], 5)]
