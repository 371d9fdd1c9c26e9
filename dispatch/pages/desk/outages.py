"""What an outage is called, and how far its list is worked off."""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import Outage, OutageElder
from dispatch.pages import labels
from elders.models import GridCell
from tracking.models import Protocol

State = OutageElder.State
CAUSES: dict[str, Any] = {
    "silent": gettext_lazy("not heard from"),
    "power_lost": gettext_lazy("without power"),
}
# Country and network code → who runs it (ITU-T E.212, China).
CARRIERS: dict[str, Any] = {
    **dict.fromkeys(("460-00", "460-02", "460-07"), gettext_lazy("China Mobile")),
    **dict.fromkeys(("460-01", "460-06", "460-09"), gettext_lazy("China Unicom")),
    **dict.fromkeys(("460-03", "460-05", "460-11"), gettext_lazy("China Telecom")),
    "460-15": gettext_lazy("China Broadnet"),
}
REASONS: dict[str, Any] = {
    "checkin_silent": gettext_lazy("did not answer today"),
    "health": gettext_lazy("ill"),
    "lives_alone": gettext_lazy("lives alone"),
    "over_90": gettext_lazy("over 90"),
    "over_80": gettext_lazy("over 80"),
    "over_70": gettext_lazy("over 70"),
    "no_number": gettext_lazy("no telephone"),
    "deaf": gettext_lazy("deaf"),
}
OUTCOMES: dict[str, Any] = {
    "heard": gettext_lazy("her device is heard again"),
    "visited": gettext_lazy("visited"),
    "well": gettext_lazy("is well"),
}


def address(pk: Any) -> str:
    return reverse("console-outage", args=[pk]) if pk else ""


def sentence(pk: Any) -> str:
    """ "Outage in Willow Lane: 400 devices not heard from. 12 of 380 people looked after."."""
    outage = Outage.objects.filter(pk=pk).first() if pk else None
    if outage is None:
        return _("Outage")
    return _(
        "Outage (%(where)s): %(count)s devices %(cause)s, %(back)s heard again."
        " %(done)s of %(people)s people looked after."
    ) % {"where": where(outage), "cause": labels.label(CAUSES, outage.cause), **progress(outage)}


def cause(word: str) -> str:
    """What is wrong with a device, in the language in use."""
    return labels.label(labels.ALARMS | CAUSES, word)


def progress(outage: Outage) -> dict[str, int]:
    """`count` devices in all, `back` of them well again; `people` on the list, `done` of them."""
    devices = outage.troubles.aggregate(
        count=Count("pk"), back=Count("pk", filter=Q(ended_at__isnull=False))
    )
    people = outage.elders.aggregate(
        people=Count("pk"), done=Count("pk", filter=Q(state=State.DONE))
    )
    return {**devices, **people}


def where(outage: Outage) -> str:
    """What the devices have in common, in words."""
    if outage.scope == Outage.Scope.GRID:
        cell = GridCell.objects.filter(code=outage.key).first()
        return labels.named(cell) if cell else outage.key
    if outage.scope == Outage.Scope.CELL:
        return _("radio cell %(key)s") % {"key": outage.key}
    if outage.scope == Outage.Scope.CARRIER:
        return labels.label(CARRIERS, outage.key)
    protocol = dict(Protocol.choices).get(outage.key, outage.key)
    return _("%(protocol)s: look whether our own gateway hears it") % {"protocol": protocol}
