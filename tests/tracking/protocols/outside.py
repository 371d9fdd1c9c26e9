"""The outside check: public frames with what they are known to say, read where they lie."""

import json
from pathlib import Path
from typing import Any

import pytest

from tracking.messages import Kind

# Our kinds by Traccar's words; everything else is OTHER.
KINDS = {
    "sos": Kind.SOS,
    "fallDown": Kind.FALL,
    "lowBattery": Kind.LOW_BATTERY,
    "powerCut": Kind.POWER_LOST,
    "powerOff": Kind.POWER_LOST,
    "removing": Kind.REMOVED,
    "tampering": Kind.TAMPER,
    "geofenceEnter": Kind.ZONE_ENTER,
    "geofenceExit": Kind.ZONE_EXIT,
}
VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors"


def rows(file: str, protocol: str = "") -> list[Any]:
    """One parameter a row; where the folder is absent, one that is reported as not run."""
    path = VECTORS / f"{file}.jsonl"
    if not path.exists():
        absent = pytest.mark.skip(reason=f"not run: {path.name} of shared/vectors is not here")
        return [pytest.param(None, marks=absent)]
    found = enumerate(map(json.loads, path.read_text("utf-8").splitlines()), start=1)
    return [
        pytest.param(row, id=f"{row['protocol']}-{row.get('n', at)}")
        for at, row in found
        if row["protocol"] == protocol or not protocol
    ]


def frame_of(row: dict[str, Any]) -> bytes:
    (frame,) = row["frames"]
    data: str = frame["data"]
    return data.encode() if frame["enc"] == "text" else bytes.fromhex(data)
