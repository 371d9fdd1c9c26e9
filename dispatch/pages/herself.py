"""What an elder's own page says: how what she asked for stands, and what she may press."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dispatch import checkins, proofs
from dispatch.models import CheckIn, ServiceRequest
from dispatch.pages import herself_wording as wording
from dispatch.pages import labels, visit
from dispatch.pages.visit import ELDER_STEPS, Coming, Step
from dispatch.states import OPEN, State, may_move
from elders import selectors as register
from elders.models import Contact, Elder
from providers.models import Category
from telephony import prompts
from telephony.models import CallBack

MEALS, AT_HOME = "catering", ("housekeeping", "repair")
JUST_NOW = timedelta(minutes=10)
HANDS = {"catering": "meal", "housekeeping": "clean", "repair": "fix"}  # code → colour of a tile


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is read out. `name` is that of its sound, empty where nobody has spoken it; `instead`
    is then the sound of what can be said without a name, where the browser has no voice."""

    text: str
    name: str
    instead: str = ""


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
    said: list[Sentence]
    cancel: Sentence
    call: Sentence | None


@dataclass(frozen=True, slots=True)
class HerPage:
    elder: Elder
    greeting: str
    asked: list[Asked]
    callback: CallBack | None
    callback_words: tuple[str, str] | None
    checkin: CheckIn | None
    just_cancelled: ServiceRequest | None
    meals: Category | None
    at_home: list[tuple[Category, str, Sentence]]
    asking: str
    family: Contact | None
    drawn: int

    @property
    def told(self) -> list[str]:
        """How everything stands, the most pressing first: read out when it changes."""
        big = [one.big for one in self.asked]
        big += [self.callback_words[0]] if self.callback_words else []
        return [*big, wording.checkin()] if self.checkin else big

    @property
    def spoken(self) -> list[Sentence]:
        """All that is read out when she asks to hear it."""
        said = [sentence for one in self.asked for sentence in one.said]
        for text in self.callback_words or ():
            said += _sentences(text)
        return said + _sentences(wording.checkin()) if self.checkin else said

    @property
    def choices(self) -> dict[str, Sentence]:
        """What is heard of each choice, by its name."""
        return {name: _sentence(text) for name, text in wording.choices().items()}

    @property
    def acts(self) -> dict[str, Sentence]:
        """What is heard of the other buttons."""
        return {name: _sentence(text) for name, text in wording.acts().items()}

    @property
    def unsent(self) -> Sentence:
        return _sentence(wording.unsent())

    @property
    def sounds(self) -> set[str]:
        """The names of all that is heard on this page and has been spoken beforehand."""
        heard = [*self.spoken, *self.choices.values(), *self.acts.values()]
        heard += [said for _category, _colour, said in self.at_home]
        heard += [act for one in self.asked for act in (one.cancel, one.call) if act]
        return {name for said in heard for name in (said.name, said.instead) if name}


def read(elder: Elder, *, asking: str, now: datetime) -> HerPage:
    hers = ServiceRequest.objects.filter(elder=elder).select_related("category", "owner", "elder")
    still_open = sorted(
        hers.filter(state__in=OPEN), key=lambda request: (not request.is_emergency, -request.pk)
    )
    last = hers.order_by("-pk").first()
    callback = CallBack.objects.filter(elder=elder, reached_at=None).order_by("-pk").first()
    categories = Category.objects.in_bulk([MEALS, *AT_HOME])
    return HerPage(
        elder=elder,
        greeting=_greeting(elder, now=now),
        asked=[_asked(request, now=now) for request in still_open],
        callback=callback,
        callback_words=wording.callback(callback) if callback else None,
        checkin=checkins.open_of(elder).first(),
        just_cancelled=last if last and _was_just_cancelled(last, now=now) else None,
        meals=categories.get(MEALS),
        at_home=[
            (categories[code], HANDS[code], _sentence(wording.at_home(categories[code])))
            for code in AT_HOME
            if code in categories
        ],
        asking=asking if asking == "home" else "",
        family=_family(elder),
        drawn=last.pk if last else 0,
    )


def is_unsent(name: str) -> bool:
    """Whether this is the sound of what she hears without a line, in any language."""
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            if name == prompts.name_of(wording.unsent(), language):
                return True
    return False


def drawn_of(form: QueryDict) -> int:
    """Her last request when the page was drawn; what is no number counts as none."""
    typed = form.get("drawn", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


def _sentences(text: str, nameless: str = "") -> list[Sentence]:
    parts, plain = prompts.sentences(text), prompts.sentences(nameless)
    return [_sentence(*pair) for pair in zip_longest(parts, plain, fillvalue="")]


def _sentence(text: str, nameless: str = "") -> Sentence:
    name = _sound_of(text)
    return Sentence(text, name, "" if name else _sound_of(nameless))


def _sound_of(sentence: str) -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return prompts.name_of(sentence, language) if prompts.kept(sentence, language) else ""


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
    big, small = words = wording.asked(request, coming)
    nameless = wording.asked(request, coming, nameless=True)
    said = [part for pair in zip(words, nameless, strict=True) for part in _sentences(*pair)]
    code = proofs.code_of(coming.assignment) if coming and coming.is_under_way else ""
    if code:  # digit by digit
        said += [_sentence(part) for part in (wording.door_code(), *code)]
    state = State(request.state)
    return Asked(
        request,
        big,
        small,
        visit.steps(request, ELDER_STEPS),
        coming,
        code=code,
        may_cancel=not request.is_emergency and may_move(state, State.CANCELLED),
        may_confirm=not request.is_emergency and state == State.DONE,
        said=said,
        cancel=_sentence(wording.cancel(request)),
        call=_sentence(wording.call(coming), wording.call(coming, nameless=True))
        if coming
        else None,
    )
