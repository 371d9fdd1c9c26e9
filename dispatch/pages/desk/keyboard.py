"""`/console/keys/`: which key does what, for the operator who looks."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dispatch import keys
from dispatch.models import DeskKeys
from dispatch.pages.desk import guard
from dispatch.pages.desk.guard import DeskRequest, operators_only

ACTS: dict[str, Any] = {
    "answer": gettext_lazy("Answer whoever is first"),
    "look": gettext_lazy("Look at the card before answering"),
    "join": gettext_lazy("Join the call one is asked into"),
    "hold": gettext_lazy("Hold, and speak again"),
    "away": gettext_lazy("Away, and ready again"),
    "add": gettext_lazy("Add somebody to the call, or transfer it"),
    "ambulance": gettext_lazy("Call the ambulance"),
    "mute": gettext_lazy("Mute my microphone"),
    "hang_up": gettext_lazy("Hang up; then the first outcome"),
    "take": gettext_lazy("Take the open request"),
    "send": gettext_lazy("Dispatch the picked candidate"),
    "best": gettext_lazy("Ask the best three"),
    "note": gettext_lazy("Write a note"),
    "test": gettext_lazy("It was a test of her button: she has said so"),
    "find": gettext_lazy("Search"),
    "help": gettext_lazy("All keys"),
}


@require_http_methods(["GET", "POST"])
@operators_only
def page(request: DeskRequest) -> HttpResponse:
    """What is wrong is said beside the key, and nothing is kept then."""
    mine = DeskKeys.objects.filter(user=request.user).first() or DeskKeys(user=request.user)
    if request.method == "GET":
        return render(request, "console/keys.html", _shown(mine, keys.DEFAULTS | mine.chosen, {}))
    if "reset" in request.POST:
        DeskKeys.objects.filter(user=request.user).delete()
        return redirect("console-keys")
    typed = {act: keys.read(guard.words(request.POST, act, most=20)) for act in ACTS}
    mine.letters = "letters" in request.POST
    wrong = keys.faults(typed)
    if wrong:
        return render(request, "console/keys.html", _shown(mine, typed, wrong), status=400)
    mine.chosen = {act: key for act, key in typed.items() if key != keys.DEFAULTS[act]}
    mine.save()
    return redirect("console")


def _shown(
    mine: DeskKeys, typed: dict[str, str], wrong: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    rows = [
        (act, words, typed[act], keys.DEFAULTS[act], _fault(typed[act], *wrong.get(act, ("", ""))))
        for act, words in ACTS.items()
    ]
    return {"rows": rows, "letters": mine.letters}


def _fault(key: str, code: str, by: str) -> str:
    facts = {"key": keys.shown(key), "act": str(ACTS.get(by, ""))}
    if code == "taken":
        return _("%(key)s is taken already: %(act)s") % facts
    if code == "browser":
        return _("%(key)s belongs to the browser.") % facts
    return _("%(key)s is no key for this.") % facts if code else ""
