"""Whom to send: the ranking of this moment with its reasons, and who was left out and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch import candidates, reasons
from dispatch.candidates import NOBODY, Ranking
from dispatch.matching import Ranked, Reason, Why
from dispatch.offers import SEARCHING
from dispatch.pages import labels
from dispatch.pages.desk.subject import Subject
from dispatch.states import ACTIVE_ASSIGNMENTS, Role
from providers.models import Provider

PLAIN = (Why.TRAVEL, Why.KNOWN, Why.STALE, Why.LANGUAGE, Why.RATING)
SHOWN = 6  # keys 1 to 6
SHOWN_EXCLUDED = 12
SHOWN_TAGS = 3
# What an operator wants to know first; the way is shown in minutes beside it.
TELLING = [Why.KNOWN, Why.STALE, Why.LANGUAGE, Why.RATING, *(w for w in Why if w not in PLAIN)]
COLOURS = {Why.KNOWN: "brand", Why.LANGUAGE: "brand", Why.STALE: "warn"}


@dataclass(frozen=True, slots=True)
class Choice:
    key: int
    worker_id: int
    name: str
    name_zh: str
    provider: Provider | None
    minutes: str
    distance: str
    tags: list[tuple[str, str]]  # words, colour; the most telling ones
    why: str  # all of them


def rank(subject: Subject, *, now: datetime) -> Ranking:
    """Nobody for a subject without an open request."""
    if subject.request is None or not subject.request.is_open:
        return NOBODY
    return candidates.rank(subject.request, now=now)


def read(subject: Subject, ranking: Ranking) -> dict[str, Any]:
    """`role` is whom the next one would be: the responder, or a second beside the responder."""
    request = subject.request
    if request is None:
        return {}
    shown = ranking.ranked[:SHOWN]
    providers = Provider.objects.in_bulk({one.candidate.provider_id for one in shown})
    return {
        "case": request,
        "choices": [_choice(n, one, providers) for n, one in enumerate(shown, start=1)],
        "excluded": [left_out(one) for one in ranking.exclusions[:SHOWN_EXCLUDED]],
        "role": Role.RESPONDER if request.state in SEARCHING else _next_role(subject),
        "searching": request.state in SEARCHING,
    }


def _next_role(subject: Subject) -> Role | None:
    """A second may be sent along while the first is going; then nobody more."""
    if subject.request is None or not subject.request.is_open:
        return None
    taken = subject.request.assignments.filter(state__in=ACTIVE_ASSIGNMENTS)
    return None if taken.filter(role=Role.SECOND).exists() else Role.SECOND


def _choice(key: int, one: Ranked, providers: dict[int, Provider]) -> Choice:
    weighed = sorted((w for w in one.reasons if w.code in TELLING), key=_weight)
    tags = [(reasons.reason(w.code, w.params), COLOURS.get(w.code, "")) for w in weighed]
    return Choice(
        key=key,
        worker_id=one.candidate.worker_id,
        name=one.candidate.name,
        name_zh=one.candidate.name_zh,
        provider=providers.get(one.candidate.provider_id),
        minutes=labels.minutes(one.eta_s),
        distance=labels.distance(one.distance_m),
        tags=tags[:SHOWN_TAGS],
        why=" · ".join(words for words, _colour in tags),
    )


def _weight(why: Reason) -> int:
    return TELLING.index(why.code)


def left_out(one: dict[str, Any]) -> dict[str, str]:
    """A stored exclusion in words."""
    return {
        "name": labels.named(one),
        "why": reasons.exclusion(one["code"], one["params"]),
        "distance": labels.distance(one["distance_m"]),
    }
