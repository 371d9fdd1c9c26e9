"""What an account is. Staff roles are groups; elder and family are relations.

Worker and provider are relations too, kept where workers are.
"""

from enum import StrEnum
from functools import partial

from django.contrib.auth.models import AnonymousUser, Group

from elders import asked
from elders.models import User


class Role(StrEnum):
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    STATION = "station"
    ADMINISTRATOR = "administrator"
    ELDER = "elder"
    FAMILY = "family"


RELATIONS = frozenset({Role.ELDER, Role.FAMILY})
GROUPS = frozenset(Role) - RELATIONS
# Who works in the registers, that is, may open /admin/.
REGISTRARS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})


def of(user: User | AnonymousUser) -> frozenset[Role]:
    """Every role `user` has now; none for a stranger or a closed account."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return asked.once(("roles", user.pk), partial(_look_up, user))


def _look_up(user: User) -> frozenset[Role]:
    names = set(user.groups.values_list("name", flat=True))
    roles = {role for role in GROUPS if role.value in names}
    if user.is_superuser:
        roles.add(Role.ADMINISTRATOR)
    if hasattr(user, "elder"):
        roles.add(Role.ELDER)
    if user.family_of.exists():
        roles.add(Role.FAMILY)
    return frozenset(roles)


def grant(user: User, role: Role) -> None:
    """Make `user` a `role`. Elder and family come from their relations, not from here."""
    if role in RELATIONS:
        raise ValueError(f"{role} is a relation, not a group")
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    user.is_staff = user.is_staff or role in REGISTRARS
    user.is_superuser = user.is_superuser or role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])
    asked.anew(("roles", user.pk))


def is_operator(user: User | AnonymousUser) -> bool:
    """Whether `user` sits at the desk: operators and supervisors."""
    return bool(of(user) & {Role.OPERATOR, Role.SUPERVISOR})


def is_supervisor(user: User | AnonymousUser) -> bool:
    return Role.SUPERVISOR in of(user)


def is_auditor(user: User | AnonymousUser) -> bool:
    return Role.AUDITOR in of(user)


def is_station(user: User | AnonymousUser) -> bool:
    return Role.STATION in of(user)


def is_administrator(user: User | AnonymousUser) -> bool:
    return Role.ADMINISTRATOR in of(user)
