"""A backup stands up elsewhere, and refuses to destroy anything on the way."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from config import backup
from tests.infra.house import migrated, migrated_file
from tests.infra.server import manage

WRITE = """
from django.contrib.auth.models import Group
from django.core.management import call_command
Group.objects.create(name="梅")
call_command("backup", {file!r})
"""
READ = """
from django.contrib.auth.models import Group
from django.core.management import call_command
call_command("restore", {file!r}, force={force})
print(*Group.objects.values_list("name"))
"""


class Home:
    """A house that is not running: its environment, and what is said to its `manage.py`."""

    def __init__(self, var: Path, request: pytest.FixtureRequest, *, empty: bool) -> None:
        var.mkdir()
        self.env = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": "", "REDIS_URL": ""}
        self.env["DJANGO_SETTINGS_MODULE"] = "config.settings"
        if os.environ.get("DATABASE_URL"):
            postgres = request.getfixturevalue("postgres")
            like = "template1" if empty else migrated(postgres)
            self.env["DATABASE_URL"] = postgres.database(f"backup_{var.name}", like=like)
            self.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
        elif not empty:
            shutil.copy(migrated_file(), var / "one.sqlite3")

    def does(self, script: str, **values: object) -> str:
        said = script.format(**values)
        return manage("shell", "--no-imports", "-c", said, env=self.env)


@pytest.mark.slow
def test_a_backup_stands_up_elsewhere_and_destroys_nothing_on_the_way(tmp_path, request):
    file = str(tmp_path / "town.backup")
    here = Home(tmp_path / "here", request, empty=False)
    there = Home(tmp_path / "there", request, empty=True)

    drawn = '{"type": "FeatureCollection", "features": []}'
    (tmp_path / "here" / "basemap.json").write_text(drawn, "utf-8")
    assert "fingerprints" in here.does(WRITE, file=file)
    assert Path(file).stat().st_mode & 0o077 == 0

    there.env["FIELD_KEYS"] = "another-key-" + "x" * 32
    with pytest.raises(RuntimeError, match="FIELD_KEYS lacks the key"):
        there.does(READ, file=file, force=False)

    there.env["FIELD_KEYS"] = here.env["FIELD_KEYS"]
    said = there.does(READ, file=file, force=False)
    assert "verify_ledger" in said
    assert "梅" in said
    assert (tmp_path / "there" / "basemap.json").read_text("utf-8") == drawn

    with pytest.raises(RuntimeError, match="not empty"):
        there.does(READ, file=file, force=False)
    assert "梅" in there.does(READ, file=file, force=True)


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        (b"", "is not a backup"),
        (b"not a zip", "is not a backup"),
        ([], "is not a backup"),
        ({"format": 99}, "is not a backup"),
        ({"format": 1, "made_at": "now"}, "is not a backup"),
        ("one byte changed", "is damaged"),
    ],
)
def test_what_is_no_whole_backup_is_refused(tmp_path, now, contents, why):
    file = tmp_path / "file"
    if contents == "one byte changed":
        contents = dict.fromkeys(backup.Manifest.__dataclass_fields__, "") | {"format": 1}
    if isinstance(contents, bytes):
        file.write_bytes(contents)
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("manifest.json", json.dumps(contents))
            archive.writestr("database", b"x")
    with pytest.raises(backup.BackupError, match=why):
        backup.restore(file, force=True, now=now)
