"""Walks that people recorded: some come with the source of a library that reads such files.

The library itself is not installed. What pip fetches is what `requirements/traces.txt` pins.
"""

import subprocess
import sys
import tarfile
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.infra.debian import CACHE
from tests.infra.process import Missing

PINNED = Path(__file__).resolve().parents[2] / "requirements" / "traces.txt"
FETCH = (
    "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation",
    "--no-binary", ":all:", "--require-hashes", "--requirement", str(PINNED), "--dest",
)  # fmt: skip


class Recorded(NamedTuple):
    """A point of a track, in WGS-84."""

    lat: float
    lon: float
    at: datetime


@cache
def track(name: str) -> list[Recorded]:
    """The points of a track that have a time, in the order they were recorded. Raises Missing."""
    with tarfile.open(_source()) as source:
        file = next(each for each in source if each.name.endswith(f"/test_files/{name}.gpx"))
        content = source.extractfile(file)
        assert content is not None
        points = ET.fromstring(content.read()).iterfind(".//{*}trkpt")
        told = [(point, point.findtext("{*}time")) for point in points]
    return [
        Recorded(float(point.attrib["lat"]), float(point.attrib["lon"]), datetime.fromisoformat(at))
        for point, at in told
        if at
    ]


@cache
def _source() -> Path:
    """Fetched once for each pin; pip compares the file with its hash, also one that is there."""
    folder = CACHE / "traces"
    fetched = subprocess.run(
        [sys.executable, "-m", "pip", *FETCH, str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if fetched.returncode:
        raise Missing(f"recorded tracks: {fetched.stderr.strip()[-300:]}")
    version = PINNED.read_text().partition("gpxpy==")[2].split()[0]
    return folder / f"gpxpy-{version}.tar.gz"
