"""Let the town live: a thread of the demo's own server that plays its people until told to stop.

`POST /demo/living/ {"on": true}` by an operator starts it, `{"on": false}` or the server's end
stops it; `GET` says whether it runs. Outside the demo there is no such path.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.errors import answer
from config.town import cast
from elders import roles, tokens
from elders.models import User

LONGEST = timedelta(hours=12)
WORDS = {"true": True, "false": False}


class Living:
    """The switch. One town lives at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None

    @property
    def on(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, *, now: datetime) -> None:
        """Begins, unless it has begun; ends by itself after `LONGEST`."""
        with self._lock:
            if self.on:
                return
            self._stop = Event()
            town = User.objects.get(username=cast.TOWN)
            token = tokens.issue(town, "living town", now=now, expires_at=now + LONGEST)
            arguments = (self._stop, token)
            self._thread = Thread(target=_live, args=arguments, name="living", daemon=True)
            self._thread.start()

    def stop(self, *, wait_s: float = 0.0) -> None:
        """Ends after the present step, for which it waits no longer than told."""
        with self._lock:
            self._stop.set()
            thread, self._thread = self._thread, None
        if thread and wait_s:
            thread.join(wait_s)


living = Living()


def _live(stop: Event, token: str) -> None:
    # Read when it is wanted: no other start of the server should wait for it.
    from config.town.play import play

    try:
        play(stop, token=token, longest_s=LONGEST.total_seconds())
    finally:
        tokens.revoke(token, now=timezone.now())
        connections.close_all()


@never_cache
@require_http_methods(["GET", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Answers {"on": bool}. The wish comes as JSON or as a form's `on`, "true" or "false"."""
    if not settings.DEMO:
        raise Http404
    if not roles.is_operator(request.user):
        return answer(request, 403, "forbidden", _("This is for operators."))
    if request.method == "POST":
        wish = _wish(request)
        if wish is None:
            reason = _("This must be true or false.")
            return answer(request, 400, "bad_request", reason, {"on": reason})
        if wish:
            living.start(now=timezone.now())
        else:
            living.stop()
    return JsonResponse({"on": living.on})


def _wish(request: HttpRequest) -> bool | None:
    if request.content_type != "application/json":
        return WORDS.get(request.POST.get("on", ""))
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    on = body.get("on") if isinstance(body, dict) else None
    return on if isinstance(on, bool) else None
