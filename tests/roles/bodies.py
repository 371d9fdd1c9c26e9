"""What a POST must say to get past reading, so that permission is what answers."""

import json

from tests.roles.town import MEI_ID, Town
from tests.roles.walk import Stop


def of(stop: Stop, town: Town) -> dict[str, str]:
    """`data` and `content_type` for this stop."""
    if stop.method != "POST":
        return {}
    if stop.pattern.startswith("api/"):
        said = API.get(stop.pattern.removeprefix("api/v1/requests/<request_id>/"))
        said = said or API.get(stop.pattern.removeprefix("api/v1/"), {})
        if "to" in said:
            said = {"to": town.users["supervisor"].pk}
        return {"data": json.dumps(said), "content_type": "application/json"}
    if stop.pattern.startswith("telephony/"):
        return {"data": "{}", "content_type": "application/json"}
    return {"data": "", "content_type": "application/x-www-form-urlencoded"}


API: dict[str, dict[str, object]] = {
    "requests": {"category": "catering", "elder": MEI_ID},
    "close": {"disposition": "met", "reason": "she said so"},
    "reopen": {"reason": "not met"},
    "notes": {"text": "Ring twice"},
    "offers": {"worker": 1, "seq": 1},
    "handovers": {"service": "120"},
    "handovers/<handover_id>/end": {"outcome": "on the way"},
    "devices/<device_id>/commands": {"order": "locate"},
    "calls/<call_id>/add": {"service": "120"},
    "calls/<call_id>/transfer": {"to": 0},
    "calls/<call_id>/invite": {"to": 0},
    "calls/<call_id>/pass-on": {"to": 0},
}
