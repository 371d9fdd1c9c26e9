"""Sheets and scripts that always travel together, as one file each (`bundle/house.js`).

On a slow telephone the number of files costs more than their size. A finder of Django's static
files makes them, so that nothing has to be built: whoever serves or collects files asks it.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import rjsmin
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

# Parts in their order; sheets may not name other files, which lie elsewhere from here.
BUNDLES = {
    "bundle/house.css": ("css/tokens.css", "css/base.css", "css/components.css"),
    "bundle/house.js": (
        "vendor/htmx.min.js",
        "vendor/idiomorph.min.js",
        *(f"js/{name}.js" for name in ("live", "bus", "clock", "keys", "prefs", "leave")),
    ),
    "bundle/elder.js": tuple(
        f"js/{name}.js" for name in ("shell", "dpad", "fresh", "carry", "outbox", "aloud")
    ),
    "bundle/worker.js": tuple(
        f"js/{name}.js"
        for name in (
            "shell",
            "opens",
            "sound",
            "share",
            "carry",
            "outbox",
            "photos",
            "sign",
            "push",
        )
    ),
    "bundle/family.js": ("js/shell.js", "js/fresh.js", "js/push.js"),
    "bundle/console.js": tuple(
        f"js/{name}.js" for name in ("pick", "sound", "console", "softphone")
    ),
    "bundle/map.js": tuple(
        f"js/map/{name}.js"
        for name in ("common", "base", "overlay", "zones", "pins", "view", "page")
    ),
}


class Bundles(finders.BaseFinder):
    """Finds a bundle, made anew from its parts."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in BUNDLES:
            return []
        made = str(self._make(path))
        return [made] if find_all or kwargs.get("all") else made

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        for path in BUNDLES:
            self._make(path)
            yield path, self.storage

    def _make(self, path: str) -> Path:
        """Written in one step: several threads may do so at once."""
        made = Path(self.storage.path(path))
        made.parent.mkdir(parents=True, exist_ok=True)
        fresh = made.with_suffix(f".{uuid4().hex}.tmp")
        whole = "\n".join(_read(part) for part in BUNDLES[path])
        shorten = rjsmin.jsmin if path.endswith(".js") else _without_comments
        fresh.write_text(shorten(whole), "utf-8")
        fresh.replace(made)
        return made


def _without_comments(css: str) -> str:
    """No more than that: who takes out blanks must know that `) :is(` needs the one it has."""
    return re.sub(r"/\*.*?\*/\s*", "", css, flags=re.DOTALL)


def _read(part: str) -> str:
    found = finders.find(part)
    if not isinstance(found, str):
        raise FileNotFoundError(f"{part}: run `make` first, which fetches front-end files")
    return Path(found).read_text("utf-8")
