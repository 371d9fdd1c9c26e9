"""Our own parts that were not heard from: told to the desk, once, until they are back.

Who is wholly dead says nothing of itself: `/readyz` and the canary are asked from outside.
"""

from datetime import datetime

from config import health
from dispatch import notices
from dispatch.models import Notice

CODE = "part_missed"
# Parts of /readyz that the worker can miss; of itself `config.standing` speaks.
PARTS = ("gateway", "carriers", "mqtt")


def sweep(*, now: datetime) -> int:
    """Tells of what is missed and takes back what was heard again; how many changed."""
    told = Notice.objects.filter(code=CODE, done_at=None)
    known = {notice.data.get("part"): notice for notice in told}
    changed = 0
    for part in PARTS:
        is_well = _is_well(part, now=now)
        if is_well and part in known:
            changed += told.filter(pk=known[part].pk).update(done_at=now)
        elif not is_well and part not in known:
            notices.tell(CODE, level="sos", now=now, data={"part": part})
            changed += 1
    return changed


def _is_well(part: str, *, now: datetime) -> bool:
    """As /readyz has it; but what was never started, or is not switched on, is not missed."""
    finding = health.LOOKS[part](now)
    if part == "carriers":
        return not finding["down"]
    return bool(finding["ok"]) or finding.get("age_s", 0.0) is None
