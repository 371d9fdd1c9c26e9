"""A POST that may come twice: with an `Idempotency-Key` it is done once, and answered alike.

The key's row and everything the verb writes are one transaction, so that a crash leaves both or
neither; a second request with the same key waits on the row until the first has an answer.
Refusals change nothing and are not kept: the same key may try again.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.api import auth
from dispatch.api.errors import Invalid
from dispatch.errors import DispatchError
from dispatch.models import IdempotencyKey
from elders.models import User

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = timedelta(hours=24)
Run = Callable[..., HttpResponseBase]


def once(run: Run) -> Run:
    """Wraps every operation; only a POST with a key notices."""

    @wraps(run)
    def keyed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        user = auth.identify(request) if request.method == "POST" and key is not None else None
        if key is None or user is None:
            return run(request, *args, **kwargs)
        if not 1 <= len(key) <= LONGEST or not key.isprintable():
            raise Invalid(**{HEADER: f"1 to {LONGEST} printable characters"})
        now = timezone.now()
        forget(now=now)
        with transaction.atomic():
            row, is_new = _claim(user, request, key, now=now)
            if not is_new:
                return _again(row, request)
            answer = run(request, *args, **kwargs)
            if isinstance(answer, HttpResponse) and answer.status_code < 400:
                row.status, row.answer = answer.status_code, answer.content.decode()
                row.save()
            else:
                transaction.set_rollback(True)
            return answer

    return keyed


def forget(*, now: datetime) -> None:
    """Lets go of keys older than they are kept for."""
    IdempotencyKey.objects.filter(at__lt=now - KEPT).delete()


def _claim(
    user: User, request: HttpRequest, key: str, *, now: datetime
) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether it is ours to fill; waits for whoever is filling it."""
    return IdempotencyKey.objects.get_or_create(
        user=user,
        path=request.path[:200],
        key=key,
        defaults={"body_hash": _hash(request), "status": 0, "answer": "", "at": now},
    )


def _again(row: IdempotencyKey, request: HttpRequest) -> HttpResponse:
    if row.body_hash != _hash(request):
        raise DispatchError(
            "key_reused",
            _("This key was sent before with another body."),
            http_status=422,
            fields={HEADER: _("sent before with another body")},
        )
    answer = HttpResponse(row.answer, status=row.status, content_type="application/json")
    answer["Idempotency-Replayed"] = "true"
    return answer


def _hash(request: HttpRequest) -> str:
    return hashlib.sha256(request.body).hexdigest()
