"""The first reasons to call and their questions, from `triage.toml`."""

import tomllib
from pathlib import Path
from typing import Any

FIRST = Path(__file__).with_name("triage.toml")


def ensure(reasons: Any = None, questions: Any = None) -> None:
    """Creates what is missing; a migration passes its own models."""
    if reasons is None or questions is None:
        from dispatch.models import TriageQuestion, TriageReason

        reasons, questions = TriageReason, TriageQuestion
    for place, row in enumerate(tomllib.loads(FIRST.read_text("utf-8"))["reason"], start=1):
        asked, code = row.pop("question"), row.pop("code")
        reason, _made = reasons.objects.get_or_create(code=code, defaults=row | {"order": place})
        for order, one in enumerate(asked, start=1):
            defaults = one | {"reason": reason, "order": order}
            questions.objects.get_or_create(code=defaults.pop("code"), defaults=defaults)
