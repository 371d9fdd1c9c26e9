"""What the console's buttons are answered with."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch import presence, surge, whereabouts
from dispatch.live import pokes
from dispatch.models import NoteDraft
from dispatch.pages import labels
from dispatch.pages.desk import case, choices, person, place, queue, replay, room, subject
from dispatch.pages.desk.guard import DeskRequest
from dispatch.pages.desk.subject import Subject
from elders import roles
from elders.models import Elder, User
from providers.models import Category
from telephony.models import Call
from tracking import fences, trails

MODES: dict[str, Any] = {
    "listen": gettext_lazy("Listen"),
    "whisper": gettext_lazy("Whisper"),
    "talk": gettext_lazy("Speak"),
}


def done(said: str = "") -> HttpResponse:
    """Nothing to draw: the change itself pokes every screen. `said` stands in the toast."""
    answer = HttpResponse(status=204)
    if said:
        answer["HX-Trigger"] = json.dumps({"said": {"words": said}})
    return answer


def told_all(said: str = "") -> HttpResponse:
    """As `done`, where the change itself pokes nobody."""
    pokes.after_commit("console")
    return done(said)


def redrawn(request: DeskRequest, query: str) -> HttpResponse:
    """The work place with another subject on it: for buttons that aim at `#work`."""
    found = subject.read(request.user, QueryDict(query))
    person.opened(request.user, found, now=timezone.now())
    return render(request, "console/work.html", work(request, found))


def work(request: DeskRequest, found: Subject) -> dict[str, Any]:
    """What every region of the work place shows."""
    return caller(request, found) | card(request, found) | panel(request, found) | sending(found)


def caller(request: DeskRequest, found: Subject) -> dict[str, Any]:
    """The call in hand, what lies open, and the calls that ring for this operator."""
    now = timezone.now()
    placed = Call.objects.filter(job__operator=request.user, state=Call.State.RINGING)
    return {
        "subject": found,
        "hand": found.call,
        "talking": found.call is not None and found.call.state in Call.HELD,
        "placed": placed,
        "outcomes": labels.CALL_OUTCOMES.items(),
        "colleagues_all": [one for one in presence.operators() if one.pk != request.user.pk],
        "leads": roles.is_supervisor(request.user),
        "modes": MODES.items(),
        "surge": surge.now_or_not(now=now),
        **({} if found.call else queue.offered(request.user, now=now)),
        **room.read(request.user, found),
        **heading(found),
    }


def heading(found: Subject) -> dict[str, Any]:
    """Of the request that lies open: what it is called, and the numbers of the services."""
    if found.request is None:
        return {}
    request, services = found.request, whereabouts.services(found.request)
    return {
        "heading": labels.whose(request),
        "state": labels.STATES.get(request.state),
        "priority": labels.PRIORITIES.get(request.priority),
        "source": labels.label(labels.SOURCES, request.source),
        "services": [
            ("120", _("Ambulance"), services["ambulance"], "ambulance"),
            ("110", _("Police"), services["police"], "shield-alert"),
            ("119", _("Fire"), services["fire"], "siren"),
        ],
    }


def card(request: DeskRequest, found: Subject) -> dict[str, Any]:
    return {"subject": found, **person.read(request.user, found, now=timezone.now())}


def panel(request: DeskRequest, found: Subject) -> dict[str, Any]:
    """The request that lies open, or what one may be opened for."""
    return {
        "subject": found,
        "categories": Category.objects.all(),
        "others": case.others(request.user, found),
        **case.read(found, now=timezone.now()),
        **desk_of(request.user, found),
    }


def desk_of(user: User, found: Subject) -> dict[str, Any]:
    """Who else has the request open, and what each is writing."""
    if found.request is None:
        return {}
    drafts = dict(NoteDraft.objects.filter(request=found.request).values_list("user", "text"))
    return {
        "draft": drafts.get(user.pk, ""),
        "beside": [(one, one.pk in drafts) for one in presence.beside(user, found.request)],
    }


def whole(found: Subject, *, at: int | None = None) -> dict[str, Any]:
    """Everything about the request, for its own page; with `at`, how it stood after that line."""
    if found.request is None:
        return {}
    everything = case.whole(found.request, now=timezone.now())
    then = replay.read(found.request, at)
    return {"subject": found, "then": then, **heading(found), **everything}


def _around(elder: Elder, *, now: datetime) -> dict[str, Any]:
    """Her zones and the way she came, beside the pins."""
    return {"zones": fences.drawn(elder), "route": trails.drawn(elder, now=now)}


def sending(found: Subject) -> dict[str, Any]:
    """Map and candidates, ranked once for both."""
    now = timezone.now()
    ranking = choices.rank(found, now=now)
    where, going = place.find(found, now=now), place.coming(found)
    shown = ranking.ranked[: choices.SHOWN]
    return {
        "subject": found,
        "where": where,
        "old_s": place.OLD_S,
        "places": place.markers(where, shown, going, now=now)
        | (_around(found.elder, now=now) if found.elder else {}),
        **choices.read(found, ranking),
    }
