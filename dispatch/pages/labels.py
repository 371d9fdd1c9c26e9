"""What the words in the database are called on a page, in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dispatch import wording
from dispatch.models import ServiceRequest
from dispatch.states import Disposition, Priority, Role, State
from elders.models import Elder
from telephony.models import Call
from tracking import wording as spoken

# state → (label, the tag's colour)
STATES: dict[str, tuple[Any, str]] = {
    State.NEW: (_("Looking"), "warn"),
    State.OFFERED: (_("Asking"), "warn"),
    State.UNFILLED: (_("Nobody found"), "danger"),
    State.ASSIGNED: (_("Accepted"), "info"),
    State.EN_ROUTE: (_("On the way"), "info"),
    State.ON_SCENE: (_("Arrived"), "ok"),
    State.DONE: (_("To confirm"), "brand"),
    State.CLOSED: (_("Closed"), ""),
    State.CANCELLED: (_("Cancelled"), ""),
}
OFFERS: dict[str, Any] = {
    "made": _("asked"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "expired": _("no answer"),
    "withdrawn": _("withdrawn"),
}
VISITS: dict[str, Any] = {
    "assigned": _("accepted"),
    "en_route": _("on the way"),
    "on_scene": _("arrived"),
    "cleared": _("finished"),
    "released": _("does not come"),
}
TOLD: dict[str, Any] = {"made": _("told, not confirmed"), "ended": _("confirmed")}
PRIORITIES: dict[str, tuple[Any, str]] = {
    Priority.EMERGENCY: (_("SOS"), "danger"),
    Priority.URGENT: (_("Urgent"), "warn"),
    Priority.ROUTINE: (_("Routine"), ""),
}
ROLES: dict[str, Any] = {
    Role.RESPONDER: _("responder"),
    Role.SECOND: _("second"),
    Role.KEY_HOLDER: _("key holder"),
}
DISPOSITIONS: dict[str, Any] = {
    Disposition.MET: _("The need is met"),
    Disposition.RESOLVED_BY_PHONE: _("Settled on the telephone"),
    Disposition.FALSE_ALARM: _("False alarm"),
    Disposition.TEST: _("Test of the button"),
    Disposition.PRANK: _("Prank"),
    Disposition.HANDED_OVER: _("Handed over to another service"),
    Disposition.NOT_FOUND: _("Nobody was found there"),
    Disposition.DUPLICATE: _("Already in another request"),
    Disposition.OTHER: _("Something else"),
}
# What a call was about, chosen at wrap-up.
CALL_OUTCOMES: dict[str, Any] = {
    "helped": _("Helped"),
    "information": _("Information given"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
    "prank": _("Prank"),
    "other": _("Something else"),
}
SOURCES: dict[str, Any] = {
    ServiceRequest.Source.CALL: _("by telephone"),
    ServiceRequest.Source.ALARM: _("by alarm"),
    ServiceRequest.Source.PAGE: _("from her page"),
    ServiceRequest.Source.API: _("by another system"),
    ServiceRequest.Source.OPERATOR: _("by an operator"),
    ServiceRequest.Source.TEXT: _("by text message"),
    ServiceRequest.Source.CHECKIN: _("by a silent check-in"),
    ServiceRequest.Source.STATION: _("at a community station"),
    ServiceRequest.Source.CANARY: _("by the canary: nobody is in need"),
    ServiceRequest.Source.WORKER: _("by a worker in danger"),
}
REQUIREMENTS: dict[str, Any] = {
    "female_carer": _("Female carer only"),
    "male_carer": _("Male carer only"),
}
ALARMS: dict[str, Any] = {
    "sos": _("SOS button"),
    "fall": _("fall"),
    "low_battery": _("low battery"),
    "battery_ok": _("battery charged"),
    "power_lost": _("power lost"),
    "power_back": _("power back"),
    "removed": _("taken off"),
    "zone_enter": _("entered a zone"),
    "zone_exit": _("left a zone"),
    "tamper": _("tampered with"),
    "sim": _("SIM card"),
    "silent": _("silent"),
    "other": _("alarm"),
    "raw": _("unreadable alarm"),
}
# What somebody looked at, as the ledger has it, in the words of the family.
LOOKED: dict[str, Any] = {
    "access log": _("who has looked at the data"),
    "call": _("a telephone call"),
    "card": _("the card: address, health, contacts"),
    "check-in time changed": _("changed the time of the daily check-in"),
    "contacts": _("the contacts"),
    "devices": _("the devices"),
    "family page": _("the page of the family"),
    "handover": _("told another service where to go"),
    "location": _("where she is"),
    "name": _("the name, in a search"),
    "order of contacts changed": _("changed the order of the contacts"),
    "picture": _("a photograph or signature of a visit"),
    "positions": _("where she was"),
    "record": _("the card: address, health, contacts"),
    "recording": _("the recording of a call"),
    "register": _("the entry in the register"),
    "requests": _("what was asked for"),
    "sharing": _("who may see the page"),
    "visit": _("what one needs for a visit"),
}
WHO: dict[str, Any] = {
    "operator": _("operator"),
    "worker": _("who came"),
    "elder": _("herself"),
    "station": _("community station"),
    "provider": _("the house that sends"),
    "family": _("family"),
}
DOUBTS: dict[str, Any] = {
    "invalid": _("the device doubts it"),
}
# How she signed at the end of a visit.
SIGNED: dict[str, Any] = {
    "screen": _("Signed on the screen"),
    "paper": _("Signed on paper"),
    "could_not": _("Could not sign"),
}
# How an arrival is known.
PROOFS: dict[str, Any] = {
    "card": _("her card"),
    "code": _("the code she said"),
    "position": _("the position of the telephone"),
}
# How far an overdue visit has come.
OVERDUE: dict[str, Any] = {
    "worker": _("the worker is rung"),
    "desk": _("the desk is told"),
    "police": _("110 is put to the operator"),
    "well": _("the worker is well and needs longer"),
}
# What a worker's page reports.
PRESSES: dict[str, Any] = {
    "accept": _("accepting"),
    "decline": _("declining"),
    "depart": _("setting off"),
    "arrive": _("the arrival"),
    "finish": _("the end of the visit"),
    "photos": _("a photograph"),
    "release": _("not being able to go"),
}
CALLBACK_REASONS: dict[str, Any] = {
    "abandoned": _("Hung up before anybody answered"),
    "script_failed": _("Our script failed"),
    "unwell": _("Feels unwell, pressed on her page"),
    "family": _("Wants to speak with her family: ring her and put her through"),
    "repeat_order": _("Asked for the same again: ask what she needs"),
    "asked": _("Answered our text with 0: wants to speak with a person"),
    "unwell_text": _("Answered the check-in: is not well"),
    "promised": _("We promised to ring back"),
    "waited": _("Waited too long: we promised to ring back"),
    "missed": _("Rang while we were away"),
    "message": _("Left a message"),
    "unreached": _("Could not be reached"),
}
CLOCKS: dict[str, Any] = {
    "state": _("the next step is due"),
    "offer": _("an answer is due"),
    "handover": _("the other service confirms"),
    "lease": _("the console is still open"),
    "unclaimed": _("somebody takes it"),
    "voice": _("her voice is heard"),
    "ambulance": _("the plan's ambulance"),
}
# Why something was given back or let go, where the house itself writes it.
WHY: dict[str, Any] = {
    "no live console": _("no console was open"),
    "handed over": _("handed over to a colleague"),
    State.CANCELLED: _("Cancelled"),
    **DISPOSITIONS,
}
ANSWERS: dict[str, Any] = {
    "yes": pgettext_lazy("answer", "Yes"),
    "no": pgettext_lazy("answer", "No"),
    "unknown": pgettext_lazy("answer", "Nobody knows"),
}
SOURCES_OF_PLACE: dict[str, Any] = {
    "device": _("Device"),
    "cell": _("Radio masts"),
    "wifi": _("Wi-Fi around her"),
    "visit": _("Last visit"),
    "line": _("Fixed line"),
    "home": _("Home address"),
}


def label(table: dict[str, Any], word: str) -> str:
    """The label of a word; the word itself when a town has added its own."""
    found = table.get(word, word.replace("_", " "))
    return str(found[0] if isinstance(found, tuple) else found)


def colour(table: dict[str, tuple[Any, str]], word: str) -> str:
    return table[word][1] if word in table else ""


def named(thing: Any) -> str:
    """The name in the language in use, of a row or of what an event keeps of one."""
    kept = isinstance(thing, Mapping)
    name, name_zh = (
        str((thing.get(key) if kept else getattr(thing, key, "")) or "")
        for key in ("name", "name_zh")
    )
    chinese = (get_language() or "").startswith("zh")
    return name_zh or name if chinese else name or name_zh


def age(born: date | None, *, now: datetime) -> int | None:
    """Whole years, in the town's calendar."""
    if born is None:
        return None
    today = timezone.localtime(now).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def with_age(elder: Elder | None, *, now: datetime) -> str:
    """ "Mei Chen · 82"; "" for nobody."""
    if elder is None:
        return ""
    years = age(elder.born, now=now)
    return elder.name_in() if years is None else f"{elder.name_in()} · {years}"


def whose(request: ServiceRequest, *, now: datetime | None = None) -> str:
    """Whose request it is, with the age at `now`; of a stranger the number or device that spoke."""
    if request.elder and now:
        return with_age(request.elder, now=now)
    known = wording.name_of(request, get_language() or "")
    if known.startswith("device "):
        return gettext("Unknown device %(id)s") % {"id": known.removeprefix("device ")}
    if known.startswith("devices at "):
        return gettext("Unknown devices at %(id)s") % {"id": known.removeprefix("devices at ")}
    return known or gettext("Unknown")


def alarms(kinds: list[str]) -> str:
    """ "SOS button, fall"."""
    return ", ".join(label(ALARMS, kind) for kind in kinds)


def alarms_named(note: str) -> str:
    """The same from "sos, fall", as a request opened by an alarm keeps it."""
    return alarms([kind.strip() for kind in note.split(",") if kind.strip()])


def minutes(seconds: float) -> str:
    return gettext("%(minutes)d min") % {"minutes": max(1, round(seconds / 60))}


def distance(metres: float) -> str:
    return spoken.distance(metres)


def wish(call: Call, categories: dict[str, str]) -> str:
    """What the caller has told the script so far; `categories` is code → name."""
    step = call.step
    if step.get("at") == "alarm":
        return gettext("Alarm key pressed")
    if step.get("at") == "unwell":
        return gettext("Pressed 3: feels unwell")
    if code := step.get("ordered") or step.get("wish"):
        facts = {"category": categories.get(code, code)}
        return (
            gettext("Ordered %(category)s, stays on the line") % facts
            if step.get("ordered")
            else gettext("Wants %(category)s") % facts
        )
    if said := step.get("said"):
        return gettext("Says: %(words)s") % {"words": said[-1]}
    if call.purpose != "hotline":
        return gettext("Rings about our call")
    return gettext("Waits for a person")


def clock(instant: str) -> str:
    """What the town's clock showed at an ISO instant, as "14:03"; "" for what is none."""
    try:
        return timezone.localtime(datetime.fromisoformat(instant)).strftime("%H:%M")
    except ValueError:
        return ""
