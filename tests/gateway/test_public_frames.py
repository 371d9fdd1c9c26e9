"""Public frames over real sockets, each on a connection of its own, as an outsider would send them.

Raw, as they stand in the files: those of JT/T 808 are not escaped there.
"""

from contextlib import suppress
from typing import Any

import pytest

from tests.gateway import truth
from tests.tracking.protocols.outside import KINDS, frame_of, rows
from tests.tracking.protocols.talk import OURS
from tracking.protocols.speaking import SpeakingGt06

# No device would send it so: not escaped, with a flag in its longitude, and with a wrong check.
UNSENDABLE = {("jt808", 109)}


@pytest.fixture(scope="module")
def gateway(opened):
    return opened(OURS)


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_public_frames_are_kept_where_they_belong(gateway, witness, name):
    found = [parameter.values[0] for parameter in rows(name)]
    if None in found:
        pytest.skip("not run: shared/vectors is not here")
    sent: dict[str, list[Any]] = {}
    for n, row in enumerate(found):
        device_id = row["ids"][0] if row["ids"] else f"35288707{n:07}"
        frame = frame_of(row)
        if device_id is None or not frame.endswith((b"]", b"\r\n", b"#", b"\x7e", b")")):
            continue  # names no device, or is not whole
        with gateway.call(name, timeout_s=20) as line:
            if name == "gt06":
                line.sendall(SpeakingGt06(device_id).login())
                assert line.recv(100)
            line.sendall(frame)
        sent.setdefault(device_id, []).append(row)

    def missing():
        return [what for device_id, said in sent.items() for what in lost(witness, device_id, said)]

    with suppress(RuntimeError):  # what is missing says more
        gateway.wait_until(lambda: not missing())
    assert missing() == []


def lost(witness, device_id, said):
    """What of these rows' alarms and places the device's own are without."""
    kinds = {kind for alarm in witness.one(truth.alarms, device_id) for kind in alarm["kinds"]}
    places = witness.one(truth.places, device_id)
    for row in said:
        for read in row["decoded_by_traccar"]:
            for word in filter(None, read.get("alarm", "").split(",")):
                if KINDS.get(word, "other") not in kinds:
                    yield row["n"], word
            if read.get("lat") and (row["protocol"], row["n"]) not in UNSENDABLE:
                place = pytest.approx((read["lat"], read["lon"]), abs=1e-5)
                if not any(place == at for at in places):
                    yield row["n"], read["lat"]
