"""`/phone/`: a handset in the browser, on the simulator carrier. There only while that is on."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.pages import demo, labels
from elders.models import User

# Anybody may ring, also somebody whom no register knows.
STRANGER = "+8612800009999"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    if not settings.SIMULATOR:
        raise Http404
    return render(
        request,
        "phone/index.html",
        {
            "callers": _callers(),
            "hotline": settings.HOTLINE_NUMBER,
            "words": _words(),
            "keys": _keys(),
        },
    )


def _callers() -> list[dict[str, Any]]:
    """The demo's elders first, then those whose telephones one may want to play."""
    card = demo.card()
    elders = [card[key] | {"who": _("Elder")} for key in ("elder", "other_elder") if key in card]
    people = [
        _of_account(card, "family", _("Her son")),
        _of_account(card, "worker", _("Carer")),
        {"name": _("An unknown number"), "phone": STRANGER, "who": ""},
    ]
    return [_shown(one) for one in [*elders, *people] if one]


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    label = labels.named(one)
    return one | {"label": label, "initial": "?" if one["phone"] == STRANGER else label[:1]}


def _of_account(card: dict[str, Any], role: str, who: str) -> dict[str, Any] | None:
    username = card.get("accounts", {}).get(role, {}).get("username")
    person = User.objects.filter(username=username).exclude(phone="").first() if username else None
    if person is None:
        return None
    return {"name": person.name, "name_zh": person.name_zh, "phone": person.phone, "who": who}


def _keys() -> list[tuple[str, str]]:
    letters = ["", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"]
    return [*((str(n), letters[n - 1]) for n in range(1, 10)), ("*", ""), ("0", "+"), ("#", "")]


def _words() -> dict[str, Any]:
    """What the script writes, in the page's language."""
    return {
        "idle": _("Ready"),
        "dialling": _("Dialling"),
        "ringing": _("Waiting for a person"),
        "claimed": _("Somebody takes it"),
        "talking": _("Talking"),
        "over": _("The call is over"),
        "with": _("Talking with %s"),
        "on_hold": _("On hold, music plays"),
        "incoming": _("Is ringing you"),
        "queued": _("You are in the queue; somebody answers soon."),
        "bridged": _("You are speaking with %s."),
        "a_person": _("a person"),
        "you_hung_up": _("You hung up."),
        "they_hung_up": _("The other side hung up."),
        "record": _("You are being recorded."),
        "offline": _("No connection; trying again."),
        "replied": _("Replied"),
        "message": _("Text"),
        "call": _("Call"),
        "reply": _("Reply"),
        "answer": _("Answer"),
        "reject": _("Reject"),
        "nothing": _("No calls or texts for this number yet."),
        "states": {
            "ringing": _("Ringing"),
            "answered": _("Answered"),
            "delivered": _("Delivered"),
            "done": _("Done"),
            "expired": _("Expired"),
            "failed": _("Failed"),
        },
    }
