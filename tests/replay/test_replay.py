"""The whole replay on a small file: everybody is helped, and twice is the same."""

import os
import re
import subprocess
import sys

import pytest

from tests.infra.process import ROOT

FILE = """called_at,lat,lon,nature,township
2015-12-10T09:00:00,40.2500,-75.2800,FALL VICTIM,Lansdale
2015-12-10T09:05:00,40.2400,-75.2700,CARDIAC EMERGENCY,Lansdale
2015-12-10T09:06:00,40.2450,-75.2750,MEDICAL ALERT ALARM,Lansdale
2015-12-10T09:07:00,north,-75.2750,DIZZINESS,Lansdale
"""

pytestmark = pytest.mark.production  # a process and a database of its own: once is enough


def replay(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = folder / "calls.csv"
    file.write_text(FILE)
    command = [sys.executable, "manage.py", "replay", str(file), "--workers", "40"]
    return subprocess.run(
        [*command, "--providers", "16", "--operators", "2", *arguments],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def figures(output: str) -> str:
    """The report without how long it took and where it stands."""
    return re.sub(r"(?m)^(Played|Next:).*$", "", output)


def test_a_day_is_played_to_its_end_and_a_second_time_alike(tmp_path):
    first = replay(tmp_path)
    assert first.returncode == 0, first.stderr
    assert "line 5: lat" in first.stderr
    assert re.search(r"Requests\s+3\b", first.stdout), first.stdout
    assert re.search(r"from a device\s+1\b", first.stdout)
    assert re.search(r"Still open at the end\s+0\b", first.stdout)
    assert re.search(r"Auditor\s+silent", first.stdout)
    second = replay(tmp_path)
    assert figures(second.stdout) == figures(first.stdout)


def test_arguments_that_cannot_be_are_refused_by_name(tmp_path):
    refused = replay(tmp_path, "--operators", "0")
    assert refused.returncode != 0
    assert "--operators" in refused.stderr


def test_a_missing_file_is_said_so(tmp_path):
    command = [sys.executable, "manage.py", "replay", str(tmp_path / "none.csv")]
    env = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    refused = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode != 0
    assert "none.csv" in refused.stderr
