"""The register of people: who may sign in, whom we help, who stands by them, who looked."""

from elders.models.access import AccessEntry, DayRoot, LedgerHead
from elders.models.account import ApiToken, User
from elders.models.circle import Consent, Contact, FamilyLink
from elders.models.elder import Elder, ResponsePlan
from elders.models.line import Line, LineHolder
from elders.models.place import GridCell, Household
from elders.models.reach import ReachBy

__all__ = [
    "AccessEntry",
    "ApiToken",
    "Consent",
    "Contact",
    "DayRoot",
    "Elder",
    "FamilyLink",
    "GridCell",
    "Household",
    "LedgerHead",
    "Line",
    "LineHolder",
    "ReachBy",
    "ResponsePlan",
    "User",
]
