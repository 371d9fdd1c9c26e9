"""Who on an outage's list is rung first: how much she needs her button, as the register knows."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from dispatch import mornings
from dispatch.models import CheckIn
from dispatch.standing import SILENT
from elders.models import Elder, LineHolder

# reason → points
POINTS = {
    "checkin_silent": 5,  # nobody has heard from her today
    "health": 3,
    "lives_alone": 3,
    "over_90": 3,
    "over_80": 2,
    "no_number": 2,  # the button is all she has: somebody must go
    "deaf": 1,
    "over_70": 1,
}
# Whether anything is noted, without reading what.
_ILL = ExpressionWrapper(~Q(health_summary=""), output_field=BooleanField())


class Danger(NamedTuple):
    codes: list[str]

    @property
    def points(self) -> int:
        return sum(POINTS[code] for code in self.codes)


def assess(elders: QuerySet[Any], *, now: datetime) -> dict[int, Danger]:
    """Elder id → why she is at risk, of those who are at home; in one query."""
    today = timezone.localtime(now).date()
    silent = CheckIn.objects.filter(
        elder=OuterRef("pk"), day=mornings.town_day(now), state__in=SILENT
    )
    lines = LineHolder.objects.filter(elder=OuterRef("pk"))
    rows = (
        Elder.objects.filter(pk__in=elders, status=Elder.Status.PRESENT)
        .annotate(silent=Exists(silent), has_line=Exists(lines), is_ill=_ILL)
        .only("born", "lives_alone", "hearing", "second_number")
    )
    return {elder.pk: Danger(_codes(elder, today)) for elder in rows}


def _codes(elder: Any, today: date) -> list[str]:
    years = _age(elder.born, today)
    said = {
        "checkin_silent": elder.silent,
        "health": elder.is_ill,
        "lives_alone": elder.lives_alone,
        "over_90": years >= 90,
        "over_80": 80 <= years < 90,
        "no_number": not (elder.has_line or elder.second_number),
        "deaf": elder.hearing == Elder.Hearing.DEAF,
        "over_70": 70 <= years < 80,
    }
    return [code for code, is_so in said.items() if is_so]


def _age(born: date | None, today: date) -> int:
    if born is None:
        return 0
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
