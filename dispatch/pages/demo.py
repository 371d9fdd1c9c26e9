"""What the demo's card says, for the pages that greet a newcomer; empty outside the demo."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings


def card() -> dict[str, Any]:
    """`var/demo.json`; {} outside the demo, or while it is not there."""
    if not settings.DEMO:
        return {}
    try:
        card = json.loads((settings.VAR_DIR / "demo.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def path_of(page: str) -> str:
    """The path of one of the card's links, "" without it."""
    return urlsplit(str(card().get("links", {}).get(page, ""))).path
