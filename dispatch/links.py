"""Family pages without a login: issuing a link, revoking it, and what it may still show."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from dispatch.live import pokes
from dispatch.models import ServiceRequest, TrackLink
from dispatch.states import OPEN
from dispatch.timing import TRACK_LINK_AFTER_S
from elders.models import Elder, User


def issue(
    elder: Elder,
    *,
    now: datetime,
    request: ServiceRequest | None = None,
    given_to: str = "",
    expires_at: datetime | None = None,
    made_by: User | None = None,
) -> str:
    """A new link's token; it is shown once and only its hash is kept."""
    token = secrets.token_urlsafe(24)
    TrackLink.objects.create(
        hash=hash_of(token),
        elder=elder,
        request=request,
        given_to=given_to,
        made_at=now,
        made_by=made_by,
        expires_at=expires_at,
    )
    return token


def revoke(link: TrackLink, *, now: datetime) -> None:
    """Ends a link at once; a page that is open with it hears of it."""
    TrackLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)
    pokes.after_commit(f"elder:{link.elder_id}")


def opens(link: TrackLink, *, now: datetime) -> bool:
    """Whether it still shows anything."""
    if link.revoked_at or (link.expires_at and link.expires_at <= now):
        return False
    return link.request is None or _within_reach(link.request, now=now)


def find(token: str, *, now: datetime) -> TrackLink | None:
    """The link of this token if it still shows anything; None when it is over or never was."""
    kept = TrackLink.objects.select_related("elder", "request")
    link = kept.filter(hash=hash_of(token)).first()
    return link if link and opens(link, now=now) else None


def request_of(link: TrackLink, *, now: datetime) -> ServiceRequest | None:
    """What the page shows: its own request, or the latest of the elder that is not long over.

    Somebody near may harm her (safeguarding): then every link of hers shows an ordinary page.
    """
    if link.elder.safeguarding:
        return None
    if link.request:
        return link.request
    return latest(ServiceRequest.objects.filter(elder=link.elder), now=now)


def latest(requests: QuerySet[ServiceRequest], *, now: datetime) -> ServiceRequest | None:
    """The one a family's page is about: open, the gravest first, or not long over."""
    after = now - timedelta(seconds=TRACK_LINK_AFTER_S)
    shown = requests.filter(Q(state__in=OPEN) | Q(closed_at__gt=after))
    return max(shown, key=lambda r: (r.is_open, r.is_emergency, r.pk), default=None)


def is_alive(token: str, *, now: datetime) -> bool:
    """Whether the link opens a socket."""
    return find(token, now=now) is not None


def seq_if_allowed(token: str, topic: str, *, now: datetime) -> tuple[bool, int | None]:
    """(may watch, seq): a link watches its elder, and the request it shows."""
    link = find(token, now=now)
    if link is None or link.elder.safeguarding:
        return False, None
    if topic == f"elder:{link.elder_id}":
        return True, None
    request = request_of(link, now=now)
    if request and topic == f"request:{request.pk}":
        return True, request.seq
    return False, None


def hash_of(token: str) -> str:
    """SHA-256 in hex; the token has entropy enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _within_reach(request: ServiceRequest, *, now: datetime) -> bool:
    """Open, or ended less than two hours ago."""
    if request.closed_at is None:
        return True
    return now < request.closed_at + timedelta(seconds=TRACK_LINK_AFTER_S)
