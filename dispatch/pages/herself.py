"""What an elder's own page says: how what she asked for stands, and what she may press."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch import checkins, proofs
from dispatch.models import CheckIn, ServiceRequest
from dispatch.pages import labels, visit
from dispatch.pages.visit import ELDER_STEPS, Coming, Step
from dispatch.states import OPEN, State, may_move
from elders import selectors as register
from elders.models import Contact, Elder
from providers.models import Category
from telephony.models import CallBack

MEALS, AT_HOME = "catering", ("housekeeping", "repair")
JUST_NOW = timedelta(minutes=10)
HANDS = {"catering": "meal", "housekeeping": "clean", "repair": "fix"}  # code → colour of a tile


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing she asked for, in her words."""

    request: ServiceRequest
    big: str
    small: str
    steps: list[Step]
    coming: Coming | None
    code: str  # what she says to who stands at the door
    may_cancel: bool
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class HerPage:
    elder: Elder
    greeting: str
    asked: list[Asked]
    callback: CallBack | None
    checkin: CheckIn | None
    just_cancelled: ServiceRequest | None
    meals: Category | None
    at_home: list[tuple[Category, str]]
    asking: str
    family: Contact | None
    drawn: int


def read(elder: Elder, *, asking: str, now: datetime) -> HerPage:
    hers = ServiceRequest.objects.filter(elder=elder).select_related("category", "owner", "elder")
    still_open = sorted(
        hers.filter(state__in=OPEN), key=lambda request: (not request.is_emergency, -request.pk)
    )
    last = hers.order_by("-pk").first()
    categories = Category.objects.in_bulk([MEALS, *AT_HOME])
    return HerPage(
        elder=elder,
        greeting=_greeting(elder, now=now),
        asked=[_asked(request, now=now) for request in still_open],
        callback=CallBack.objects.filter(elder=elder, reached_at=None).order_by("-pk").first(),
        checkin=checkins.open_of(elder).first(),
        just_cancelled=last if last and _was_just_cancelled(last, now=now) else None,
        meals=categories.get(MEALS),
        at_home=[(categories[code], HANDS[code]) for code in AT_HOME if code in categories],
        asking=asking if asking == "home" else "",
        family=_family(elder),
        drawn=last.pk if last else 0,
    )


def drawn_of(form: QueryDict) -> int:
    """Her last request when the page was drawn; what is no number counts as none."""
    typed = form.get("drawn", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


def _greeting(elder: Elder, *, now: datetime) -> str:
    hour = timezone.localtime(now).hour
    if 5 <= hour < 12:
        hello = _("Good morning, %(name)s")
    elif 12 <= hour < 18:
        hello = _("Good afternoon, %(name)s")
    else:
        hello = _("Good evening, %(name)s")
    return hello % {"name": labels.named(elder)}


def _family(elder: Elder) -> Contact | None:
    """Whom the fifth button rings; nobody who is barred."""
    contacts = [one for one in register.contacts(elder) if not one.barred and one.phone]
    return next(iter(contacts), None)


def _was_just_cancelled(request: ServiceRequest, *, now: datetime) -> bool:
    at = request.closed_at
    return request.state == State.CANCELLED and at is not None and now - at < JUST_NOW


def _asked(request: ServiceRequest, *, now: datetime) -> Asked:
    coming = visit.coming(request, now=now)
    big, small = _emergency(request, coming) if request.is_emergency else _routine(request, coming)
    state = State(request.state)
    return Asked(
        request,
        big,
        small,
        visit.steps(request, ELDER_STEPS),
        coming,
        code=proofs.code_of(coming.assignment) if coming and coming.is_under_way else "",
        may_cancel=not request.is_emergency and may_move(state, State.CANCELLED),
        may_confirm=not request.is_emergency and state == State.DONE,
    )


def _routine(request: ServiceRequest, coming: Coming | None) -> tuple[str, str]:
    facts = _facts(request, coming)
    state = State(request.state)
    if state in (State.ASSIGNED, State.EN_ROUTE, State.ON_SCENE):
        return _on_the_way(state, coming, facts)
    if state == State.DONE:
        return _("Is all well?"), _("%(worker)s has finished: %(category)s.") % facts
    if state == State.UNFILLED:
        return (
            _("%(category)s: nobody is free yet") % facts,
            _("One of us is looking for somebody and will ring you."),
        )
    return (
        _("%(category)s: we have your order") % facts,
        _("We are looking for somebody and will tell you here."),
    )


def _emergency(request: ServiceRequest, coming: Coming | None) -> tuple[str, str]:
    """Said at once and without a promise that is not kept: a person first, then who comes."""
    facts = _facts(request, coming)
    state = State(request.state)
    if state in (State.ASSIGNED, State.EN_ROUTE, State.ON_SCENE):
        return _on_the_way(state, coming, facts)
    if state == State.DONE:
        return (
            _("%(worker)s has been with you") % facts,
            _("One of us will speak with you before we close this."),
        )
    if request.owner_id:
        return (
            _("%(owner)s is looking after you") % facts,
            _("Stay where you are, and answer the telephone when it rings."),
        )
    return (
        _("We have your alarm"),
        _("A person is answering now. Stay where you are; your telephone will ring."),
    )


def _on_the_way(state: State, coming: Coming | None, facts: dict[str, str]) -> tuple[str, str]:
    if state == State.ON_SCENE:
        return _("%(worker)s is here") % facts, ""
    if coming is not None and coming.arrives_at is not None:
        return _("%(worker)s is coming") % facts, _("In about %(minutes)s minutes.") % facts
    return _("%(worker)s is coming") % facts, _("We tell you here when it is known how soon.")


def _facts(request: ServiceRequest, coming: Coming | None) -> dict[str, str]:
    return {
        "category": labels.named(request.category),
        "worker": labels.named(coming.worker) if coming else _("Somebody"),
        "minutes": str(coming.minutes) if coming else "",
        "owner": labels.named(request.owner) if request.owner else "",
    }
