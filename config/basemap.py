"""The base map that pages draw under their markers: a file of the town, `var/basemap.json`."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from config.town import Town


def file() -> Path:
    return settings.VAR_DIR / "basemap.json"


def write(town: Town) -> None:
    """Replaces the map in one step."""
    fresh = file().with_suffix(f".{os.getpid()}.tmp")
    text = json.dumps(town.basemap(), ensure_ascii=False, separators=(",", ":"))
    fresh.write_text(text, "utf-8")
    fresh.replace(file())


def _changed_at(request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromtimestamp(file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


@require_safe
@condition(last_modified_func=_changed_at)
def serve(request: HttpRequest) -> HttpResponse:
    """`/basemap.json`: streets and names, nobody's data. 404 in a town that has no map."""
    if not file().exists():
        raise Http404
    answer = HttpResponse(file().read_bytes(), content_type="application/geo+json")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
