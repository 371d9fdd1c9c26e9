"""Telling a person at the desk. A notice stays until somebody says it is dealt with."""

from datetime import datetime
from typing import Any

from django.db.models import F

from dispatch.live import pokes
from dispatch.models import Notice
from elders.models import User


def tell(code: str, *, now: datetime, level: str = "warn", data: Any = None, **about: Any) -> None:
    """Puts `code` in front of the desk; the same one about the same thing counts up and sounds.

    `about` is request, call or callback. The sentence of each code is in
    `dispatch/pages/desk/notices.py`.
    """
    open_ones = Notice.objects.filter(code=code, done_at=None, **about)
    if not about or not open_ones.update(times=F("times") + 1, opened_at=now, data=data or {}):
        Notice.objects.create(code=code, level=level, data=data or {}, opened_at=now, **about)
    pokes.after_commit("console")


def done(notice_id: int, *, by: User, now: datetime) -> bool:
    """Marks it dealt with; False when a colleague already had."""
    hit = Notice.objects.filter(pk=notice_id, done_at=None).update(done_at=now, done_by=by)
    pokes.after_commit("console")
    return bool(hit)


def settle(*, now: datetime, **about: Any) -> None:
    """What the notices were about has come to its end; they go with it."""
    Notice.objects.filter(done_at=None, **about).update(done_at=now)
