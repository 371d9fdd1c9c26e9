"""The sentence of every notice: what happened, and what a person must do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Notice
from dispatch.pages import labels
from dispatch.pages.desk import outages

# code → sentence; what it may name is in `_facts`.
SENTENCES: dict[str, Any] = {
    "unfilled": gettext_lazy("Nobody was found. Choose somebody yourself."),
    "not_departed": gettext_lazy("%(worker)s accepted and has not set out. Ring them."),
    "late": gettext_lazy("%(worker)s is late. Ring them or send somebody else."),
    "overdue": gettext_lazy("The visit lasts longer than it should. Ring %(worker)s."),
    "overdue_police": gettext_lazy(
        "%(worker)s does not answer on a visit that lasts too long. Tell 110: %(number)s"
    ),
    "overdue_told": gettext_lazy(
        "%(worker)s does not answer on a visit that lasts too long. 110 was rung: %(number)s"
    ),
    "worker_alarm": gettext_lazy(
        "%(name)s is in danger and pressed the panic button. Do not ring %(to)s before you have"
        " thought of who hears it. Police: %(number)s"
    ),
    "not_confirmed": gettext_lazy("The visit is not confirmed. Ring and ask."),
    "handover_unconfirmed": gettext_lazy("The other service has not confirmed. Ring it again."),
    "unclaimed": gettext_lazy("Nobody has taken this emergency."),
    "no_voice": gettext_lazy("No voice on any of the numbers. Somebody must go."),
    "alarm_stranded": gettext_lazy(
        "Our software makes no case of an alarm of %(name)s (%(kinds)s). Ring %(to)s now, and send"
        " somebody if nobody answers."
    ),
    "call_ambulance": gettext_lazy("The plan says ambulance: ring %(number)s."),
    "contact_going": gettext_lazy("%(to)s is going there."),
    "replied": gettext_lazy("%(to)s has answered our text with %(said)s. Ring them."),
    "checkin_silent": gettext_lazy("No answer to the daily check-in. Somebody is sent to look."),
    "dissatisfied": gettext_lazy("Not content with the visit (%(score)s of 5). Ring and ask."),
    "checkins_behind": gettext_lazy("%(count)s check-ins wait for a free line since half an hour."),
    "checkins_too_many": gettext_lazy(
        "%(count)s check-ins do not fit into today and are left out."
    ),
    "checkin_no_number": gettext_lazy("%(elder)s is to be checked in on and has no number."),
    "checkins_unplaced": gettext_lazy("The carrier places no check-ins. They wait."),
    "checkins_missed": gettext_lazy("%(count)s check-ins were not rung before the day was over."),
    "unreached": gettext_lazy("%(to)s could not be reached (%(purpose)s)."),
    "waiting_15": gettext_lazy(
        "A caller has waited for %(seconds)s s, %(free)s are free. Supervisors, please help."
    ),
    "waiting_60": gettext_lazy(
        "A caller has waited for over %(seconds)s s, %(free)s are free. The on-call mobiles ring."
    ),
    "waiting_180": gettext_lazy(
        "A caller has waited for %(seconds)s s. Contacts are told, and we promised to ring back."
    ),
    "held": gettext_lazy("On hold for %(seconds)s s by %(name)s. Somebody should speak to them."),
    "callback_due": gettext_lazy("Ring back %(to)s: it is due."),
    "worker_silent": gettext_lazy("%(worker)s is not heard any more. Ring them."),
    "unknown_faults": gettext_lazy("Devices nobody registered say: %(kinds)s. Last: %(device)s"),
    "outage": gettext_lazy("%(outage)s"),
    "text": gettext_lazy("%(to)s wrote: “%(text)s” Answer them."),
    "unread": gettext_lazy("A text that nobody has acted on. Read it, and ring or send somebody."),
    "calls_drawn": gettext_lazy(
        "%(count)s calls of %(month)s are drawn for review. Supervisors, please look at them."
    ),
    "part_missed": gettext_lazy("%(part)s is not heard from. Whoever runs it must look at it."),
    "complaint": gettext_lazy(
        "%(name)s is not content with the visit (%(score)s of 5): “%(text)s” Ring them."
    ),
    "late_press": gettext_lazy(
        "%(name)s reports without a line: %(what)s, at %(pressed_at)s. It was no longer possible."
        " Speak with them."
    ),
    "software": gettext_lazy("Our software failed (%(kind)s). Watch this one by hand."),
}
PARTS: dict[str, Any] = {
    "gateway": gettext_lazy("The device gateway"),
    "mqtt": gettext_lazy("The broker of forwarded positions"),
    "carriers": gettext_lazy("The line to the telephone network"),
}
PURPOSES: dict[str, Any] = {
    "offer": gettext_lazy("offer"),
    "withdrawn": gettext_lazy("news of a withdrawal"),
    "confirm": gettext_lazy("confirmation of the visit"),
    "ring_back": gettext_lazy("ringing back"),
    "contact": gettext_lazy("telling a contact"),
    "callback": gettext_lazy("ringing back"),
    "checkin": gettext_lazy("daily check-in"),
    "satisfaction": gettext_lazy("questions after a visit"),
    "conference": gettext_lazy("hand-over or conference"),
    "checkin_contact": gettext_lazy("asking a contact"),
    "on_call": gettext_lazy("on-call mobile"),
    "ring": gettext_lazy("operator's call"),
    "overdue": gettext_lazy("asking a worker whose visit lasts long"),
    "waiting": gettext_lazy("telling a contact"),
    "connect": gettext_lazy("putting through"),
}


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    level: str  # sos, warn or info
    words: str
    about: str  # whose request or call, "" when about none
    request_id: int | None
    number: str  # of the request
    opened_at: datetime
    times: int
    href: str = ""  # a page of its own


def line(notice: Notice) -> Line:
    """The notice as the desk reads it."""
    request = notice.request
    return Line(
        id=notice.pk,
        level=notice.level,
        words=sentence(notice),
        about=_about(notice),
        request_id=notice.request_id,
        number=request.number if request else "",
        opened_at=notice.opened_at,
        times=notice.times,
        href=outages.address(notice.data.get("outage")) if notice.code == "outage" else "",
    )


def _about(notice: Notice) -> str:
    """Whose request it is, or who waits on the telephone."""
    if notice.request:
        return labels.whose(notice.request)
    call = notice.call
    if call is None:
        return ""
    return call.elder.name_in() if call.elder else call.other_number


def sentence(notice: Notice) -> str:
    """In the language in use; a code without a sentence is shown as it is, never hidden."""
    words = SENTENCES.get(notice.code)
    return str(words) % _facts(notice) if words else notice.code.replace("_", " ")


def _facts(notice: Notice) -> dict[str, str]:
    data = notice.data
    callback = notice.callback
    to = callback.number if callback else data.get("to", "")
    return {
        "to": str(to or _("somebody with a withheld number")),
        "number": str(data.get("number", "120")),
        "text": str(data.get("text", "")),
        "count": str(data.get("count", "")),
        "month": str(data.get("month", "")),
        "score": str(data.get("score", "")),
        "said": str(data.get("said", "")),
        "kind": str(data.get("kind", "")),
        "name": labels.named(data),
        "what": labels.label(labels.PRESSES, str(data.get("what", ""))),
        "pressed_at": labels.clock(str(data.get("pressed_at", ""))),
        "seconds": str(data.get("seconds", "")),
        "free": str(data.get("free", 0)),
        "device": str(data.get("device", "")),
        "elder": str(data.get("elder", "")),
        "outage": outages.sentence(data.get("outage")),
        "kinds": labels.alarms(list(data.get("kinds", []))),
        "part": labels.label(PARTS, str(data.get("part", ""))),
        "purpose": labels.label(PURPOSES, str(data.get("purpose", ""))),
        "worker": _worker(notice),
    }


def _worker(notice: Notice) -> str:
    if notice.request is None:
        return ""
    going = notice.request.assignments.select_related("worker").order_by("-id").first()
    return labels.named(going.worker) if going else _("The worker")
