"""Settings, their documentation, and a deployment that Django finds nothing to say about."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from config.checks import refuse_what_is_broken
from config.demo import DEMO_GROUP

pytestmark = pytest.mark.pure

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


def test_a_deployment_is_clean(tmp_path):
    own = {**os.environ, **PRODUCTION, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def in_production(settings):
    """The settings as a town's servers have them."""
    settings.SECRET_KEY, settings.FIELD_KEYS = PRODUCTION["SECRET_KEY"], [PRODUCTION["FIELD_KEYS"]]
    settings.DATABASE_URL, settings.REDIS_URL = PRODUCTION["DATABASE_URL"], PRODUCTION["REDIS_URL"]
    settings.PUBLIC_BASE_URL, settings.ALLOWED_HOSTS = "https://one.example", ["one.example"]
    settings.DEMO = settings.SIMULATOR = False
    return settings


@pytest.mark.parametrize(
    ("setting", "value", "complaints"),
    [
        ("DEBUG", False, []),
        ("REDIS_URL", "", ["one_number.E001"]),
        ("DATABASE_URL", "", ["one_number.E001"]),
        ("SECRET_KEY", "", ["one_number.E002"]),
        ("SECRET_KEY", "short", ["one_number.E002"]),
        ("FIELD_KEYS", [], ["one_number.E003"]),
        ("SIMULATOR", True, ["one_number.E004"]),
        ("DEMO", True, ["one_number.E005"]),
        ("CHECKIN_HOURS", "half past seven", ["one_number.E020"]),
        ("CHECKIN_HOURS", "11:00-07:30", ["one_number.E020"]),
        ("SATISFACTION_HOURS", "10:00", ["one_number.E020"]),
        ("SATISFACTION_LINE", 7.0, ["one_number.E020"]),
        ("TRUNKS", 1, ["one_number.E020"]),
        ("DATUMS", {"h02": "mercator"}, ["one_number.E040"]),
        ("POSITION_DAYS", 0, ["one_number.E040"]),
    ],
)
def test_a_wrong_configuration_is_refused(in_production, setting, value, complaints):
    setattr(in_production, setting, value)
    assert [one.id for one in run_checks(tags=["one_number"])] == complaints


@pytest.mark.django_db
def test_a_register_with_demo_accounts_opens_in_the_demo_only(settings):
    person = get_user_model().objects.create(username="olive")
    person.groups.add(Group.objects.get_or_create(name=DEMO_GROUP)[0])
    with pytest.raises(ImproperlyConfigured, match="demo accounts"):
        refuse_what_is_broken()
    settings.DEMO = True
    refuse_what_is_broken()


def test_every_setting_is_documented_and_nothing_else_is():
    read = re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', (ROOT / "config/settings.py").read_text())
    manual = (ROOT / "docs" / "operations.md").read_text("utf-8")
    documented = re.findall(r"^\| `([A-Z0-9_]+)`", manual, re.MULTILINE)
    assert sorted(documented) == sorted(set(read))
