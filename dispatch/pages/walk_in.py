"""Who has come to a community station: finding her, and what the page may show of her.

Station staff see names in their grid. Two people of one name are told apart by their card or
telephone, never by an address on the screen.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dispatch.models import ServiceRequest
from dispatch.pages import herself
from dispatch.pages.herself import Asked, HerPage
from dispatch.states import OPEN, Priority, State
from elders import selectors as register
from elders.models import Elder, User
from providers.models import Category

MOST = 8


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: there are others of that name. `is_number`: a card, identity or telephone number."""

    text: str
    elders: list[Elder]
    more: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    elder: Elder
    her: HerPage
    asked: list[Asked]
    categories: list[Category]

    @property
    def topic(self) -> str:
        return f"elder:{self.elder.pk}"


def find(user: User, text: str, *, now: datetime) -> Found:
    """Whom `text` may mean: a card or telephone number as a whole, a name from its beginning, or
    its pinyin or initials ("xgl" is Xu Guilan, 许桂兰)."""
    text = text.replace("\0", "").strip()[:60]
    found = register.find(user, text, now=now).select_related("grid")
    elders = list(found[: MOST + 1])
    is_number = any(map(str.isdigit, text))
    return Found(text, elders[:MOST], len(elders) > MOST, is_number)


def read(elder: Elder, *, now: datetime) -> Visitor:
    """What she asked for and what she may ask for."""
    her = herself.read(elder, asking="", now=now)
    categories = list(Category.objects.order_by("order"))
    return Visitor(elder, her, [_for_leaving(one) for one in her.asked], categories)


def known_as(user: User) -> str:
    """Under what an emergency of somebody unknown stands: the station's telephone rings for it."""
    return user.phone or f"station {user}"[:80]


def here(user: User) -> QuerySet[ServiceRequest]:
    """The open emergencies of people whom the station could not name."""
    return ServiceRequest.objects.filter(
        elder=None, known_as=known_as(user), priority=Priority.EMERGENCY, state__in=OPEN
    ).order_by("-pk")


def _for_leaving(one: Asked) -> Asked:
    """Her own page promises to say more there; from here she goes home, and has the number."""
    known = one.coming is not None and one.coming.arrives_at is not None
    if known or one.request.is_emergency or one.request.state in (State.UNFILLED, State.DONE):
        return one
    words = _("She can ring %(number)s at any hour to hear how it stands.")
    return replace(one, small=words % {"number": settings.HOTLINE_NUMBER})
