"""Settings, their documentation, and a deployment that Django finds nothing to say about."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "architecture-" + "Zy9" * 20,
    "FIELD_KEYS": "architecture-" + "Qx7" * 12,
    "DATABASE_URL": "postgres://one:number@127.0.0.1:5432/one",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "PUBLIC_BASE_URL": "https://one-number.example",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEMO": "0",
    "SIMULATOR": "0",
}


def check(tmp_path: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` in the production environment, changed by `env`."""
    own = {**os.environ, **PRODUCTION, "VAR_DIR": str(tmp_path), **env}
    command = [sys.executable, "manage.py", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)


def test_a_deployment_is_clean(tmp_path):
    done = check(tmp_path, "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"REDIS_URL": ""}, "E001"),
        ({"DATABASE_URL": ""}, "E001"),
        ({"SECRET_KEY": ""}, "E002"),
        ({"SECRET_KEY": "short"}, "E002"),
        ({"FIELD_KEYS": ""}, "E003"),
        ({"SIMULATOR": "1"}, "E004"),
        ({"DEMO": "1"}, "E005"),
    ],
    ids=str,
)
def test_a_wrong_configuration_is_refused(tmp_path, wrong, complaint):
    done = check(tmp_path, **wrong)
    assert done.returncode != 0
    assert f"one_number.{complaint}" in done.stderr


def test_every_setting_is_documented_and_nothing_else_is():
    read = re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config/settings.py").read_text())
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented = re.findall(r"^\| `([A-Z_]+)`", manual, re.MULTILINE)
    assert sorted(documented) == sorted(set(read))
