"""What an elder lets others see: scope by scope, person by person, for as long as she says."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from elders import grids, roles
from elders.models import Consent, Elder, FamilyLink, User
from elders.roles import Role

Scope = Consent.Scope


def running(now: datetime | None) -> Q:
    """The consents in force at `now`; None asks the database's clock."""
    moment = now or Now()
    return Q(since__lte=moment) & (Q(until=None) | Q(until__gt=moment))


def give(
    elder: Elder, grantee: User, scope: Scope, *, now: datetime, until: datetime | None = None
) -> Consent:
    """Let `grantee` see `scope` from now on; an earlier consent for the same ends here."""
    with transaction.atomic():
        withdraw(elder, grantee, scope, now=now)
        return Consent.objects.create(
            elder=elder, grantee=grantee, scope=scope, since=now, until=until
        )


def withdraw(elder: Elder, grantee: User, scope: Scope | None = None, *, now: datetime) -> int:
    """End what `grantee` may see (None: everything) at once; how many consents ended."""
    consents = elder.consents.filter(running(now), grantee=grantee)
    return (consents.filter(scope=scope) if scope else consents).update(until=now)


def may_see(user: User | AnonymousUser, elder: Elder, scope: Scope, *, now: datetime) -> bool:
    """Whether `user` may see `scope` of `elder` at `now`.

    The elder herself, operators and auditors may; family as she consented. Workers may through
    their assignments, which is decided where assignments are.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    if elder.user_id == user.pk:
        return True
    if roles.of(user) & {Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR}:
        return grids.covers(user, elder)
    return family(elder, scope, now=now).filter(pk=user.pk).exists()


def family(elder: Elder, scope: Scope, *, now: datetime) -> QuerySet[User]:
    """The relatives who may see `scope` now; a barred one never learns where she is."""
    links = FamilyLink.objects.filter(elder=elder)
    if scope == Scope.WHEREABOUTS:
        links = links.filter(barred=False)
    consents = Consent.objects.filter(running(now), elder=elder, scope=scope)
    return User.objects.filter(pk__in=links.values("user"), is_active=True).filter(
        pk__in=consents.values("grantee")
    )
