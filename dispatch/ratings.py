"""Who came is rated and thanked, by a relative or by a family link. A bad word is put in front of a
person, because a complaint that nobody reads is worse than none. Stars move the worker's rating.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import fmean

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dispatch import notices
from dispatch.errors import DispatchError
from dispatch.models import Assignment, Rating, ServiceRequest, Survey, TrackLink
from dispatch.states import AssignmentState, Role, State
from elders.models import User
from providers.models import Worker

WITHIN = timedelta(days=7)  # after the end of a visit
BAD = 2  # stars or fewer are a complaint
THANKS = 4  # stars or more, with a word, are shown to who came
# The rating of a worker: so many visits count, and so many of NEUTRAL stand beside them. NEUTRAL
# is what gives no points in `matching`, so nobody gains or loses by not having been rated.
LAST = 50
WEIGHT = 5
NEUTRAL = 4.0


def visits(
    requests: QuerySet[ServiceRequest], *, by: User | TrackLink, now: datetime
) -> QuerySet[Assignment]:
    """Finished visits of these requests that `by` has not rated yet, the newest first."""
    over = requests.filter(state=State.CLOSED, closed_at__gt=now - WITHIN)
    done = Assignment.objects.filter(
        ~Exists(Rating.objects.filter(_of(by), request=OuterRef("request"))),
        request__in=over.values("pk"),
        role=Role.RESPONDER,
        state=AssignmentState.CLEARED,
        on_scene_at__isnull=False,
    )
    return done.select_related("worker", "request__category").order_by("-pk")


def give(
    visit: Assignment, *, by: User | TrackLink, stars: int, words: str, now: datetime
) -> Rating:
    """The first word counts. DispatchError for other than 1 to 5 stars."""
    if not 1 <= stars <= 5:
        reason = _("One to five stars.")
        raise DispatchError("bad_request", reason, http_status=400, fields={"stars": reason})
    who = {"user": by} if isinstance(by, User) else {"link": by}
    with transaction.atomic():
        rating, is_new = Rating.objects.get_or_create(
            request=visit.request,
            **who,
            defaults={"worker": visit.worker, "stars": stars, "words": words[:300], "at": now},
        )
        if not is_new:
            return rating
        if stars <= BAD:
            name = str(by) if isinstance(by, User) else by.given_to or _("A family link")
            data = {"name": name, "score": stars, "text": words[:300]}
            notices.tell("complaint", now=now, request=visit.request, data=data)
        renew(visit.worker_id)
        return rating


def renew(worker_id: int) -> None:
    """Writes the worker's rating anew, in the transaction of what was said.

    A Bayesian average, as the film lists of IMDb used ("weighted rating"):
    (WEIGHT x NEUTRAL + the sum of the marks) / (WEIGHT + their number), over the last LAST visits
    of which anything was said. The mark of a visit is the mean of all that was said of it: the
    families' stars and the elder's own answers, each from 1 to 5. What a registrar or a house
    wrote there stands until the first of them.
    """
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=worker_id)
    marks = marks_of(worker_id)
    if marks:
        Worker.objects.filter(pk=worker_id).update(rating=mean_of(marks))


def mean_of(marks: Iterable[float]) -> float:
    """The rating that these marks make, to two places."""
    said = list(marks)
    return round((WEIGHT * NEUTRAL + sum(said)) / (WEIGHT + len(said)), 2)


def marks_of(worker_id: int) -> list[float]:
    """One a visit, the newest first, LAST at most."""
    stars = Rating.objects.filter(worker=worker_id).order_by("-at", "-pk")
    scores = Survey.objects.filter(worker=worker_id, state=Survey.State.ANSWERED)
    said = [
        *stars.values_list("at", "request", "stars")[: LAST * 4],
        *scores.order_by("-ended_at").values_list("ended_at", "request", "score")[:LAST],
    ]
    known = [(at, pk, float(mark)) for at, pk, mark in said if at is not None and mark is not None]
    heard: dict[int, list[float]] = {}
    for _at, request_id, mark in sorted(known, reverse=True):
        heard.setdefault(request_id, []).append(mark)
    return [fmean(marks) for marks in list(heard.values())[:LAST]]


def heard_of(workers: Iterable[Worker]) -> dict[int, int]:
    """Of how many visits of each worker anything was said; absent for none."""
    pks = [worker.pk for worker in workers]
    scores = Survey.objects.filter(worker__in=pks, state=Survey.State.ANSWERED)
    said = {
        *Rating.objects.filter(worker__in=pks).values_list("worker", "request"),
        *scores.values_list("worker", "request"),
    }
    return Counter(worker for worker, _request in said)


def thanks(worker: Worker, *, now: datetime) -> list[Rating]:
    """The last kind words, for the worker's own page; they name nobody."""
    kind = Rating.objects.filter(worker=worker, stars__gte=THANKS, at__gt=now - timedelta(days=30))
    return list(kind.exclude(words="").order_by("-at").select_related("request__category")[:3])


def _of(by: User | TrackLink) -> Q:
    return Q(user=by) if isinstance(by, User) else Q(link=by)
