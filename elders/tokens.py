"""Bearer tokens for programs. The token is shown once; only its hash is kept."""

import hashlib
import secrets
from datetime import datetime

from django.db.models import Q

from elders.models import ApiToken, User


def issue(user: User, name: str, *, now: datetime, expires_at: datetime | None = None) -> str:
    """A new token that acts as `user`. `name` tells its owner what it is for."""
    raw = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user, name=name, hash=_hash(raw), created_at=now, expires_at=expires_at
    )
    return raw


def user_of(raw: str, *, now: datetime) -> User | None:
    """Whose token this is; None when unknown, expired, revoked, or of a closed account."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .filter(hash=_hash(raw), revoked_at=None, user__is_active=True)
        .first()
    )
    return token.user if token else None


def revoke(raw: str, *, now: datetime) -> bool:
    """Make the token worthless at once; whether it was worth anything."""
    return bool(ApiToken.objects.filter(hash=_hash(raw), revoked_at=None).update(revoked_at=now))


def _hash(raw: str) -> str:
    # "replace": a header may hold any character, also half of a surrogate pair.
    return hashlib.sha256(raw.encode(errors="replace")).hexdigest()
