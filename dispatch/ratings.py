"""A relative rates and thanks whoever came. Stars count in the figures of the house; a bad one is
put in front of a person, because a complaint that nobody reads is worse than none."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from dispatch import notices
from dispatch.errors import DispatchError
from dispatch.models import Assignment, Rating, ServiceRequest
from dispatch.states import AssignmentState, Role, State
from elders.models import User
from providers.models import Worker

WITHIN = timedelta(days=7)  # after the end of a visit
BAD = 2  # stars or fewer are a complaint
THANKS = 4  # stars or more, with a word, are shown to who came


def visits(
    user: User, requests: QuerySet[ServiceRequest], *, now: datetime
) -> QuerySet[Assignment]:
    """Finished visits of these requests that `user` has not rated yet, the newest first."""
    rated = Rating.objects.filter(request=OuterRef("request"), user=user)
    over = requests.filter(state=State.CLOSED, closed_at__gt=now - WITHIN)
    done = Assignment.objects.filter(
        ~Exists(rated),
        request__in=over.values("pk"),
        role=Role.RESPONDER,
        state=AssignmentState.CLEARED,
        on_scene_at__isnull=False,
    )
    return done.select_related("worker", "request__category").order_by("-pk")


def give(visit: Assignment, *, by: User, stars: int, words: str, now: datetime) -> Rating:
    """DispatchError for other than 1 to 5 stars."""
    if not 1 <= stars <= 5:
        reason = _("One to five stars.")
        raise DispatchError("bad_request", reason, http_status=400, fields={"stars": reason})
    with transaction.atomic():
        rating, _made = Rating.objects.update_or_create(
            request=visit.request,
            user=by,
            defaults={"worker": visit.worker, "stars": stars, "words": words[:300], "at": now},
        )
        if stars <= BAD:
            data = {"name": str(by), "score": stars, "text": words[:300]}
            notices.tell("complaint", now=now, request=visit.request, data=data)
        return rating


def thanks(worker: Worker, *, now: datetime) -> list[Rating]:
    """The last kind words, for the worker's own page; they name nobody."""
    kind = Rating.objects.filter(worker=worker, stars__gte=THANKS, at__gt=now - timedelta(days=30))
    return list(kind.exclude(words="").order_by("-at").select_related("request__category")[:3])
