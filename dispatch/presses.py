"""A button pressed where there was no line: it arrives later, with its own time, perhaps twice.

The page keeps such a press with a key and the moment it was made, and sends it until it is
answered (`static/js/outbox.js`). It is done once; what is no longer possible is refused by the
verb itself, which the page shows, and of a late one the desk is told too, so that it is not lost.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import notices
from dispatch.actors import Actor
from dispatch.errors import DispatchError
from dispatch.models import IdempotencyKey, ServiceRequest
from elders.models import User

LONGEST = 200
LATE = timedelta(seconds=60)
KEPT = timedelta(hours=24)  # as long as a key is kept (`api.idempotency`)


@dataclass(frozen=True, slots=True)
class Press:
    """`key` is empty for a form without scripts; `at` is never after it was heard."""

    key: str
    at: datetime

    def is_late(self, *, now: datetime) -> bool:
        return now - self.at > LATE


def heard(headers: Mapping[str, str], *, now: datetime) -> Press:
    """What `Idempotency-Key` and `Pressed-At` say; what makes no sense counts as not said."""
    key = headers.get("Idempotency-Key", "")
    if len(key) > LONGEST or not key.isprintable():
        key = ""
    try:
        at = datetime.fromisoformat(headers.get("Pressed-At", ""))
    except ValueError:
        at = now
    return Press(key, min(at, now) if at.tzinfo else now)


def is_new(press: Press, *, by: User, path: str, now: datetime) -> bool:
    """Inside a transaction: whether this press has not been done yet. From here on it has."""
    if not press.key:
        return True
    _row, made = IdempotencyKey.objects.get_or_create(
        user=by,
        path=path[:LONGEST],
        key=press.key,
        defaults={"body_hash": "", "status": 200, "answer": "", "at": now},
    )
    return made


@contextmanager
def once(
    press: Press, *, by: User, actor: Actor, path: str, about: ServiceRequest, now: datetime
) -> Iterator[bool]:
    """Around a verb, in its transaction: whether to carry it out (`is_new`).

    A refusal goes on as it is and has changed nothing; if the press was late, a person at the
    desk is told what was reported in vain.
    """
    try:
        if now - press.at > KEPT:
            raise DispatchError("too_old", _("This was pressed more than a day ago. Ring us."))
        with transaction.atomic():
            yield is_new(press, by=by, path=path, now=now)
    except DispatchError:
        if press.is_late(now=now):
            what = path.rstrip("/").rpartition("/")[2]
            data = {"name": actor.name, "what": what, "pressed_at": press.at.isoformat()}
            notices.tell("late_press", now=now, request=about, data=data)
        raise
