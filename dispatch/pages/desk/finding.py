"""The search field: elders by name or number, requests by number, all as far as one may see."""

from datetime import datetime
from typing import Any

from dispatch import selectors
from dispatch.pages.desk import person
from elders import ledger
from elders.models import User
from elders.search import search

MOST = 8
SHORTEST = 2  # characters; one Chinese character is a family name and says enough


def find(user: User, text: str, *, now: datetime) -> dict[str, Any]:
    """Elders and requests that `text` may mean; names that were shown are in the ledger."""
    text = text.replace("\0", "").strip()[:60]
    if len(text) < (SHORTEST if text.isascii() else 1):
        return {"text": text, "elders": [], "requests": [], "short": True}
    digits = text.lstrip("#")
    elders = search(user, text, most=MOST, now=now)
    ledger.record_all(actor=user, elders=elders, what="name", purpose="console search", now=now)
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None
    requests = selectors.requests_for(user).filter(pk=number) if number else []
    people = [(elder, person.address(elder)) for elder in elders]
    return {"text": text, "elders": people, "requests": requests, "short": False}
