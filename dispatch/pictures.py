"""Photographs and signatures of visits: kept sealed, looked at with a trace.

Who looks: the desk; the worker until the visit has ended; a relative, or who holds a family link,
afterwards, photographs alone, and what a visit tells of her health only with her consent to that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dispatch import imagery, selectors, transitions
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import Assignment, Picture, ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, Kind, Priority
from elders import consent, fields, roles
from elders.models import Consent, Elder, User

MOST = 8  # photographs of a visit
AFTER = timedelta(hours=24)  # how long one may come after its visit, as long as a press is kept
MEDICAL = "medical"


@dataclass(frozen=True, slots=True)
class Signing:
    """How the elder signed: `how` is "", "screen" with `strokes`, "paper", or "could_not"."""

    how: str = ""
    strokes: str = ""
    why: str = ""


UNSIGNED = Signing()


def keep(
    visit_id: int,
    photos: Sequence[bytes],
    *,
    by: Actor,
    now: datetime,
    at: datetime | None = None,
) -> None:
    """Keeps JPEGs that `imagery.shrunk` has made. 409 `too_many` beyond MOST, none is kept then."""
    with transaction.atomic():
        request_id = Assignment.objects.values_list("request_id", flat=True).get(pk=visit_id)
        request = transitions.hold(request_id)
        visit = Assignment.objects.get(pk=visit_id)
        if not _may_add(visit, now=now):
            raise DispatchError("visit_over", _("This visit has ended."), state=visit.state)
        if visit.pictures.filter(kind=Picture.Kind.PHOTO).count() + len(photos) > MOST:
            reason = _("%(most)d photographs of a visit at most.") % {"most": MOST}
            raise DispatchError("too_many", reason, fields={"photo": reason})
        Picture.objects.bulk_create(
            Picture(
                visit=visit,
                kind=Picture.Kind.PHOTO,
                content=fields.seal(photo),
                taken_at=min(at or now, now),
                kept_at=now,
            )
            for photo in photos
        )
        data = {"photos": len(photos), "assignment": visit.pk}
        transitions.advance(request, Kind.NOTED, by=by, now=now, data=data)


def sign(visit: Assignment, signing: Signing, *, now: datetime, at: datetime | None) -> None:
    """What is known of her signature, on the visit's row, which the caller saves."""
    visit.signed, visit.unsigned_why = signing.how, signing.why
    if signing.how == "screen":
        Picture.objects.create(
            visit=visit,
            kind=Picture.Kind.SIGNATURE,
            content=fields.seal(signing.strokes.encode()),
            taken_at=min(at or now, now),
            kept_at=now,
        )


def remove(picture: Picture, *, by: Actor, now: datetime) -> None:
    """The worker takes a photograph back, before the visit has ended."""
    with transaction.atomic():
        request = transitions.hold(picture.visit.request_id)
        gone, _kinds = Picture.objects.filter(
            pk=picture.pk,
            kind=Picture.Kind.PHOTO,
            visit__state__in=ACTIVE_ASSIGNMENTS,
        ).delete()
        if gone:
            data = {"photos": -1, "assignment": picture.visit_id}
            transitions.advance(request, Kind.NOTED, by=by, now=now, data=data)


def content_of(picture: Picture) -> tuple[bytes, str] | None:
    """What is sent to who looks, and its kind; None without its key."""
    plain = fields.unseal(bytes(picture.content))
    if plain is None:
        return None
    if picture.kind == Picture.Kind.SIGNATURE:
        return imagery.as_svg(plain.decode()), "image/svg+xml"
    return plain, "image/jpeg"


def pictures_for(user: User, *, now: datetime) -> QuerySet[Picture]:
    """Those `user` may look at."""
    everything = Picture.objects.select_related("visit__request__elder")
    if roles.is_operator(user):
        seen = selectors.requests_for(user).values("pk")
        return everything.filter(visit__request__in=seen)
    own = Q(visit__worker__user=user, visit__state__in=ACTIVE_ASSIGNMENTS)
    told = _agreed(user, Consent.Scope.REQUESTS, now=now)
    health = _agreed(user, Consent.Scope.HEALTH, now=now)
    plain = ~Q(visit__request__category=MEDICAL) & ~Q(visit__request__priority=Priority.EMERGENCY)
    theirs = Q(kind=Picture.Kind.PHOTO, visit__state=AssignmentState.CLEARED) & Q(
        visit__request__elder__in=told
    )
    return everything.filter(own | (theirs & (plain | Q(visit__request__elder__in=health))))


def of_report(request: ServiceRequest) -> QuerySet[Picture]:
    """The photographs of its visits that have ended."""
    return Picture.objects.filter(
        visit__request=request, visit__state=AssignmentState.CLEARED, kind=Picture.Kind.PHOTO
    )


def tells_of_health(request: ServiceRequest) -> bool:
    """Whether what a worker notes there may be about her health."""
    return request.is_emergency or request.category_id == MEDICAL


def _may_add(visit: Assignment, *, now: datetime) -> bool:
    if visit.state in ACTIVE_ASSIGNMENTS:
        return True
    ended = visit.cleared_at
    return visit.state == AssignmentState.CLEARED and ended is not None and now - ended <= AFTER


def _agreed(user: User, scope: Consent.Scope, *, now: datetime) -> QuerySet[Elder]:
    """Whose family they are, unbarred, with her consent to `scope`."""
    given = Consent.objects.filter(consent.running(now), grantee=user, scope=scope)
    return Elder.objects.filter(
        family__user=user, family__barred=False, pk__in=given.values("elder")
    )
