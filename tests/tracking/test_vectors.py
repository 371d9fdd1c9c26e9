"""The outside check of decoders: public requests with what they are known to say."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from tracking.protocols import osmand, owntracks
from tracking.protocols.osmand_fields import KNOT_MPS
from tracking.protocols.owntracks import Names

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"
TOWN = ZoneInfo("Asia/Shanghai")


def rows(protocol: str) -> list[object]:
    """One parameter a row; where the folder is absent, one that is reported as not run."""
    file = VECTORS / f"{protocol}.jsonl"
    if not file.exists():
        absent = pytest.mark.skip(reason=f"not run: {file.name} of shared/vectors is not here")
        return [pytest.param(None, marks=absent)]
    lines = file.read_text("utf-8").splitlines()
    return [pytest.param(row, id=f"{protocol}-{row['n']}") for row in map(json.loads, lines)]


@pytest.mark.parametrize("row", rows("osmand"))
def test_every_public_osmand_request_is_read_as_stated(row):
    (frame,) = row["frames"]
    messages = osmand.decode(
        urlsplit(frame["url"]).query,
        frame.get("body", "").encode(),
        frame.get("headers", {}).get("Content-Type", ""),
        zone=TOWN,
    )
    (message,) = messages
    stated = row["stated_in_frame"]
    if row["expected"].get("decoded", "…") is None:
        assert message.errors
        return
    assert message.errors == {}
    assert message.device_id == row["ids"][0]
    fix = message.fix
    if stated.get("network_only"):
        assert fix is None
    else:
        assert fix is not None
        assert fix.lat == pytest.approx(stated["lat"], abs=1e-5)
        assert fix.lon == pytest.approx(stated["lon"], abs=1e-5)
        assert fix.valid is stated["valid"]
        assert fix.altitude_m == stated["altitude_m"]
        assert fix.accuracy_m == stated.get("accuracy_m")
        assert fix.course == stated.get("course")
        speed_mps = stated.get("speed_mps", stated.get("speed_kn", 0) * KNOT_MPS)
        assert fix.speed_mps == pytest.approx(speed_mps)
    assert message.battery == stated.get("batteryLevel")
    assert_time(message.sent_at, stated)


@pytest.mark.parametrize("row", rows("owntracks"))
def test_every_public_owntracks_request_is_read_as_stated(row):
    (frame,) = row["frames"]
    (message,) = owntracks.decode(frame["body"].encode(), Names(), zone=TOWN)
    stated, fix = row["stated_in_frame"], message.fix
    assert message.errors == {}
    assert message.device_id == row["ids"][0]
    assert fix is not None
    assert fix.lat == pytest.approx(stated["lat"], abs=1e-5)
    assert fix.lon == pytest.approx(stated["lon"], abs=1e-5)
    assert (fix.valid, fix.altitude_m) == (stated["valid"], stated.get("altitude_m"))
    assert (fix.accuracy_m, fix.course) == (stated.get("accuracy_m"), stated.get("course"))
    if "speed_kmh" in stated:
        assert fix.speed_mps == pytest.approx(stated["speed_kmh"] / 3.6)
    assert message.battery == stated.get("batteryLevel")
    assert_time(message.sent_at, stated)


def assert_time(sent_at: datetime | None, stated: dict[str, Any]) -> None:
    match stated["fixTime"]:
        case "<now>":
            assert sent_at is None
        case None:  # no zone in the request: the town's, as Traccar takes its server's
            assert sent_at == datetime(2014, 6, 4, 9, 10, 11, tzinfo=TOWN)
        case text:
            assert sent_at == datetime.fromisoformat(text)
