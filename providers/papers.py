"""Handing in the paper of a licence, and the town's word on it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from providers.errors import ProviderError
from providers.models import Category, Licence, LicencePaper, Provider
from providers.selectors import DESK

State = LicencePaper.State
MOST_BYTES = 5 * 1024 * 1024
# How a file begins → what it is. What a name or a browser says of it is not believed.
KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def kind_of(content: bytes) -> str:
    """The kind of file by its first bytes; ProviderError which names `paper` for any other."""
    if len(content) > MOST_BYTES:
        raise _wrong(_("The file is larger than 5 MB."))
    for start, kind in KINDS.items():
        if content.startswith(start):
            return kind
    raise _wrong(_("This must be a PDF, a JPEG or a PNG."))


def hand_in(
    provider: Provider,
    category: Category,
    *,
    number: str,
    valid_from: date,
    valid_to: date,
    content: bytes,
    by: Any,
    now: datetime,
) -> LicencePaper:
    """Keeps the paper until the town decides."""
    return LicencePaper.objects.create(
        provider=provider,
        category=category,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
        content=content,
        content_type=kind_of(content),
        handed_in_at=now,
        handed_in_by=by,
    )


def accept(paper_id: int, *, now: datetime) -> None:
    """The town has looked: the licence is in force on its days. Once decided, nothing changes."""
    with transaction.atomic():
        if not _decide(paper_id, State.ACCEPTED, now=now):
            return
        paper = LicencePaper.objects.get(pk=paper_id)
        paper.licence = Licence.objects.create(
            provider_id=paper.provider_id,
            category_id=paper.category_id,
            number=paper.number,
            valid_from=paper.valid_from,
            valid_to=paper.valid_to,
        )
        paper.save(update_fields=["licence"])


def refuse(paper_id: int, *, now: datetime) -> None:
    """The town does not take it for a licence."""
    _decide(paper_id, State.REFUSED, now=now)


def papers_for(user: Any) -> QuerySet[LicencePaper]:
    """The papers `user` may open: the desk all of them, staff their own house's."""
    papers = LicencePaper.objects.all()
    if not user.is_authenticated or not user.is_active:
        return papers.none()
    if user.groups.filter(name__in=DESK).exists():
        return papers
    return papers.filter(provider__staff=user)


def _decide(paper_id: int, state: State, *, now: datetime) -> bool:
    waiting = LicencePaper.objects.filter(pk=paper_id, state=State.WAITING)
    return bool(waiting.update(state=state, decided_at=now))


def _wrong(reason: str) -> ProviderError:
    return ProviderError("bad_request", 400, reason, {"paper": reason})
