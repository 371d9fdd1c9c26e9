"""Why a worker was ranked as he was, or passed over: the stored codes as sentences.

Codes and parameters are what is kept; the sentence is in the language in use when it is read.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

EXCLUDED: dict[str, Any] = {
    "inactive": _("The provider has closed down"),
    "off_duty": _("Off duty"),
    "busy": _("Busy with another visit"),
    "tried": _("Asked before"),
    "blocked_worker": _("She does not want this person"),
    "blocked_provider": _("She does not want this provider"),
    "requirement": _("Does not meet what she requires"),
    "skill": _("Lacks a skill that is needed"),
    "not_offered": _("The provider does not offer this now"),
    "no_licence": _("No licence in force"),
    "closed": _("The provider is closed at this hour"),
    "off_shift": _("Not on shift"),
    "outside_area": _("Does not serve this part of town"),
}
REQUIRED: dict[str, Any] = {
    "female_carer": _("She asks for a woman"),
    "male_carer": _("She asks for a man"),
}
LANGUAGES: dict[str, Any] = {"zh-hans": _("Chinese"), "en": _("English")}


def reason(code: str, params: Mapping[str, Any]) -> str:
    """Why points were given or taken, for example "5 minutes away"."""
    if code == "travel":
        minutes = int(params.get("minutes", 0))
        return ngettext("%(n)d minute away", "%(n)d minutes away", minutes) % {"n": minutes}
    if code == "known":
        visits = int(params.get("visits", 0))
        return ngettext("Has visited her %(n)d time", "Has visited her %(n)d times", visits) % {
            "n": visits
        }
    if code == "language":
        spoken = str(params.get("language", ""))
        return gettext("Speaks %(language)s") % {"language": LANGUAGES.get(spoken, spoken)}
    if code == "rating":
        return gettext("Rated %(stars).1f of 5") % {"stars": float(params.get("rating", 0))}
    if code == "price":
        return gettext("She pays %(yuan).2f herself") % {"yuan": int(params.get("cents", 0)) / 100}
    plain = {"subsidy": gettext("The town pays part of it")}
    plain["stale"] = gettext("Last position is old")
    return plain.get(code, code)


def exclusion(code: str, params: Mapping[str, Any]) -> str:
    """Why somebody near by cannot be sent."""
    if code == "requirement":
        return str(REQUIRED.get(str(params.get("requirement")), EXCLUDED[code]))
    return str(EXCLUDED.get(code, code))
