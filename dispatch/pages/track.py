"""`/track/<token>/`: the family's page, without a login; it also reads without scripts."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dispatch import links, ratings
from dispatch.models import TrackLink
from dispatch.pages import family, looks
from dispatch.pages.desk.guard import needed_number, words


@require_safe
@never_cache
def index(request: HttpRequest, token: str) -> HttpResponse:
    """The page. A link that has ended says so, and names the number to ring.

    Its language is chosen by `?language=`: without a referrer a browser sends no form of ours.
    """
    chosen = request.GET.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        answer = redirect("track", token)
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, samesite="Lax")
        return _private(answer)
    return _answer(request, token, "track/index.html")


@require_safe
@never_cache
def region(request: HttpRequest, token: str) -> HttpResponse:
    """What changes on it."""
    return _answer(request, token, "track/now.html")


@csrf_exempt  # who knows the token may: no session of theirs is used, and a page without a referrer
@require_POST  # sends forms of no origin, which the check would refuse
@never_cache
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Stars, and a word to who came: once by this link."""
    now = timezone.now()
    link = links.find(token, now=now)
    visit = family.to_rate(link, now=now) if link else None
    if link is None or visit is None:
        raise Http404
    ratings.give(
        visit,
        by=link,
        stars=needed_number(request.POST, "stars"),
        words=words(request.POST, "words", most=300),
        now=now,
    )
    return _private(redirect("track", token))


def _answer(request: HttpRequest, token: str, template: str) -> HttpResponse:
    now = timezone.now()
    link = links.find(token, now=now)
    if link is None:
        return _private(_ended(request))
    return _private(_shown(request, link, token, template, now=now))


def _shown(
    request: HttpRequest, link: TrackLink, token: str, template: str, *, now: datetime
) -> HttpResponse:
    looks.keep(None, [link.elder], what="family page", purpose="family link", now=now)
    page = family.read(link, now=now)
    context = {"page": page, "token": token, "hotline": settings.HOTLINE_NUMBER}
    return render(request, template, context)


def _ended(request: HttpRequest) -> HttpResponse:
    """Over or never there: nobody learns which. A region that asks makes its page load anew."""
    answer = render(request, "track/ended.html", {"hotline": settings.HOTLINE_NUMBER}, status=404)
    answer["HX-Refresh"] = "true"
    return answer


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
