"""What an elder's own page says and reads out: how what she asked for stands.

Sentences without a name in them are spoken beforehand (`manage.py make_prompts`); of the others,
what they are with "Somebody" in its place.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from dispatch.models import ServiceRequest
from dispatch.pages import labels
from dispatch.pages.visit import Coming
from dispatch.states import State
from providers.models import Category
from telephony.models import CallBack


def asked(
    request: ServiceRequest, coming: Coming | None, *, nameless: bool = False
) -> tuple[str, str]:
    """In large words and in small ones."""
    facts = _facts(request, coming)
    if nameless:
        facts |= {"worker": _("Somebody"), "owner": _("Somebody")}
    tell = _emergency if request.is_emergency else _routine
    return tell(request, coming, facts)


def callback(row: CallBack) -> tuple[str, str]:
    """A person will ring her: about what, and how soon."""
    big = _("A person will ring you")
    if row.reason == "family":
        return big, _("And puts you through to your family.")
    if row.reason == "repeat_order":
        return big, _("You have had the same today. We ask what you need before we send somebody.")
    if row.priority == "routine":
        return big, _("As soon as one of us is free. Please stay near your telephone.")
    return big, _("Very soon. Please stay near your telephone. If it gets worse, press Emergency.")


def checkin() -> str:
    return _("Are you well today?")


def choices() -> dict[str, str]:
    """What each of the five choices does, for who cannot read it: heard when a key comes to it."""
    return {
        "sos": _("Emergency: somebody answers now"),
        "unwell": _("Unwell: a person rings you"),
        "meal": _("Meals: brought to your home"),
        "fix": _("Help at home: cleaning and repairs"),
        "family": _("Call family"),
    }


def at_home(category: Category) -> str:
    return _("%(category)s at home") % {"category": labels.named(category)}


def door_code() -> str:
    return _("Who is at your door asks you for this number:")


def unsent() -> str:
    """Where there is no line; kept on her device beforehand."""
    number = settings.HOTLINE_NUMBER
    return _("Not yet sent: no connection, please ring %(number)s now") % {"number": number}


def acts() -> dict[str, str]:
    """What each of the other buttons does, heard like the choices."""
    return {
        "well": _("Button: all is well"),
        "i_am_well": _("Button: yes, I am well"),
        "no": _("Button: no, ring me please"),
        "hear": _("Button: hear it again"),
        "back": _("Button: back"),
    }


def cancel(request: ServiceRequest) -> str:
    return _("Button: I no longer need this: %(category)s") % _facts(request, None)


def call(coming: Coming, *, nameless: bool = False) -> str:
    if nameless:
        return _("Button: call who is coming")
    return _("Button: call %(worker)s") % {"worker": labels.named(coming.worker)}


def _routine(
    request: ServiceRequest, coming: Coming | None, facts: dict[str, str]
) -> tuple[str, str]:
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


def _emergency(
    request: ServiceRequest, coming: Coming | None, facts: dict[str, str]
) -> tuple[str, str]:
    """Said at once and without a promise that is not kept: a person first, then who comes."""
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
        soon = _("In about %(minutes)s minutes.") if coming.minutes > 1 else _("In about a minute.")
        return _("%(worker)s is coming") % facts, soon % facts
    return _("%(worker)s is coming") % facts, _("We tell you here when it is known how soon.")


def _facts(request: ServiceRequest, coming: Coming | None) -> dict[str, str]:
    return {
        "category": labels.named(request.category),
        "worker": labels.named(coming.worker) if coming else _("Somebody"),
        "minutes": str(coming.minutes) if coming else "",
        "owner": labels.named(request.owner) if request.owner else "",
    }
