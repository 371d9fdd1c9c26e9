"""Photographs of a visit: handed in by the worker, looked at by whoever may, each with a trace."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dispatch import imagery, links, pictures
from dispatch.models import Assignment, Picture
from dispatch.pages import family, looks
from dispatch.pages.desk.guard import bad, words
from dispatch.pages.gates import KnownRequest
from dispatch.pictures import Signing


@dataclass(frozen=True, slots=True)
class Handed:
    """Photographs as they may be kept, and what is wrong with the others, once each."""

    photos: list[bytes] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def handed(files: Sequence["UploadedFile[Any]"], visit: Assignment) -> Handed:
    """What a form brought in its field `photo`, as far as there is room at this visit."""
    found = Handed()
    room = pictures.MOST - visit.pictures.filter(kind=Picture.Kind.PHOTO).count()
    for file in files:
        if len(found.photos) >= room:
            _say(found, _("%(most)d photographs of a visit at most.") % {"most": pictures.MOST})
            break
        try:
            found.photos.append(imagery.shrunk(file.read(imagery.MOST_BYTES + 1)))
        except imagery.NotAPicture as refused:
            _say(found, _why(str(refused)))
    return found


def signing(form: QueryDict) -> Signing:
    """How she signed, as the form says it; DispatchError that names `signature` for no strokes."""
    strokes, how = form.get("signature", ""), form.get("signed", "")
    if strokes:
        if not imagery.is_signature(strokes):
            raise bad("signature", _("This is no signature. Let her sign again."))
        return Signing("screen", strokes)
    if how not in ("paper", "could_not"):
        return pictures.UNSIGNED
    return Signing(how, why=words(form, "unsigned_why", most=200) if how == "could_not" else "")


@require_safe
@never_cache
@login_required
def look(request: KnownRequest, pk: int) -> HttpResponse:
    """One picture, for who has signed in."""
    now = timezone.now()
    found = get_object_or_404(pictures.pictures_for(request.user, now=now), pk=pk)
    people = found.visit.request.people
    looks.keep(request.user, people, what="picture", purpose="visit", now=now)
    return _sent(found)


@require_safe
@never_cache
def look_by_link(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A photograph that the family page of this link shows."""
    now = timezone.now()
    link = links.find(token, now=now)
    shown = family.read(link, now=now) if link else None
    found = next((one for one in shown.pictures if one.pk == pk), None) if shown else None
    if link is None or found is None:
        raise Http404
    looks.keep(None, [link.elder], what="picture", purpose="family link", now=now)
    answer = _sent(found)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _sent(picture: Picture) -> HttpResponse:
    """Drawn inside a page, and never opened as a page of ours."""
    content = pictures.content_of(picture)
    if content is None:
        raise Http404
    answer = HttpResponse(content[0], content_type=content[1])
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _say(found: Handed, reason: str) -> None:
    if reason not in found.wrong:
        found.wrong.append(reason)


def _why(code: str) -> str:
    reasons = {
        "size": _("A photograph may have 12 MB."),
        "pixels": _("A photograph may have 50 million pixels."),
    }
    return reasons.get(code, _("This is no photograph: a JPEG, PNG or WebP is needed."))
