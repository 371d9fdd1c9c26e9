"""The demo's card: `var/demo.json` says where the pages are and who may sign in.

Whoever tries the demo, by hand or by script, starts from it; `CONTRACT.md` fixes its shape. It is
also where the demo's secrets are kept: a token on it is used again for as long as it works.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import Resolver404, resolve

from dispatch import links
from elders import tokens
from elders.models import Elder, LineHolder, User
from tracking import devices
from tracking.models import Device

# Accounts with published passwords belong to this group; production refuses to start with one.
DEMO_GROUP = "demo accounts"

# What a newcomer may open; a page that is not built is left out of the card.
PAGES = {
    "home": "/",
    "console": "/console/",
    "wall": "/wall/",
    "phone": "/phone/",
    "family": "/family/",
    "elder": "/elder/",
    "tv": "/tv/",
    "station": "/station/",
    "worker": "/worker/",
    "provider": "/provider/",
    "admin": "/admin/",
    "api": "/api/v1/docs",
    "openapi": "/api/v1/openapi.json",
}


def card_file() -> Path:
    return settings.VAR_DIR / "demo.json"


def read_card() -> dict[str, Any]:
    """The card as it was last written; empty when there is none, or none that can be read."""
    try:
        card = json.loads(card_file().read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def card(*, now: datetime) -> dict[str, Any]:
    """What the card says of the town in the database; secrets that still work stay as they are."""
    from config.town import cast

    if not cast.is_here():
        return {"base_url": settings.PUBLIC_BASE_URL}
    old = read_card()
    people = {role: User.objects.get(username=name) for role, name in cast.USERNAMES.items()}
    mei, lan = (Elder.objects.get(lines__number=number) for number in (cast.MEI, cast.LAN))
    # A demo that is left standing must not forget whom it knows.
    LineHolder.objects.filter(elder__in=[mei, lan]).update(verified_at=now)
    return {
        "base_url": settings.PUBLIC_BASE_URL,
        "accounts": {
            role: {"username": person.username, "password": cast.PHRASE}
            for role, person in people.items()
        },
        "elder": _elder(mei, cast.MEI, cast.WATCHES[cast.MEI], _part(old, "elder")),
        "other_elder": _elder(lan, cast.LAN, cast.WATCHES[cast.LAN], _part(old, "other_elder")),
        "links": _links(mei, _part(old, "links"), now=now),
        "api_token": {
            role: _token(person, _part(old, "api_token").get(role), now=now)
            for role, person in people.items()
        },
    }


def _part(old: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = old.get(name)
    return found if isinstance(found, dict) else {}


def _elder(elder: Elder, phone: str, device_id: str, old: Mapping[str, Any]) -> dict[str, Any]:
    device = Device.objects.get(device_id=device_id)
    kept = old.get("device_token")
    works = isinstance(kept, str) and device.token_hash and devices.is_trusted(device, kept)
    return {
        "id": elder.pk,
        "name": elder.name,
        "name_zh": elder.name_zh,
        "phone": phone,
        "device_id": device_id,
        "device_token": kept if works else devices.issue_token(device),
    }


def _links(mei: Elder, old: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """Every page that is built, and the standing link for Mei's family."""
    token = str(old.get("track", "")).rstrip("/").rpartition("/")[2]
    link = links.find(token, now=now) if token else None
    if link is None or link.elder_id != mei.pk:
        token = links.issue(mei, given_to="Chen Ka-Ming", now=now)
    pages = {**PAGES, "track": f"/track/{token}/"}
    return {
        page: settings.PUBLIC_BASE_URL + path for page, path in pages.items() if _is_built(path)
    }


def _is_built(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _token(person: User, old: object, *, now: datetime) -> str:
    if isinstance(old, str) and tokens.user_of(old, now=now) == person:
        return old
    return tokens.issue(person, "demo", now=now)


def write_card(contents: Mapping[str, Any]) -> None:
    """Replaces the card in one step: a reader sees the old one or the new one, never half of it."""
    fresh = card_file().with_suffix(f".{os.getpid()}.tmp")
    text = json.dumps(contents, ensure_ascii=False, indent=2) + "\n"
    fresh.touch(0o600)
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(card_file())
