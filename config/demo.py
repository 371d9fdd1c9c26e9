"""The demo's card: `var/demo.json` says where the pages are and who may sign in.

Whoever tries the demo, by hand or by script, starts from it; `CONTRACT.md` fixes its shape.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

# Accounts with published passwords belong to this group; production refuses to start with one.
DEMO_GROUP = "demo accounts"


def card_file() -> Path:
    return settings.VAR_DIR / "demo.json"


def card() -> dict[str, Any]:
    """What the card says of the town in the database."""
    return {"base_url": settings.PUBLIC_BASE_URL}


def write_card(contents: Mapping[str, Any]) -> None:
    """Replaces the card in one step: a reader sees the old one or the new one, never half of it."""
    fresh = card_file().with_suffix(f".{os.getpid()}.tmp")
    text = json.dumps(contents, ensure_ascii=False, indent=2) + "\n"
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.chmod(0o600)
    fresh.replace(card_file())
