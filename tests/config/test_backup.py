"""A backup stands up elsewhere, and refuses to destroy anything on the way."""

import json
import os
import zipfile

import pytest

from config import backup
from tests.infra.server import manage


@pytest.fixture
def home(tmp_path, request):
    """The environment of a house with a migrated, empty database, and of an empty one."""

    def made(name: str) -> dict[str, str]:
        url = ""
        redis = ""
        if os.environ.get("DATABASE_URL"):
            url = request.getfixturevalue("postgres").database(f"backup_{name}_{os.getpid()}")
            redis = request.getfixturevalue("redis_server").url()
        settings = {"DATABASE_URL": url, "REDIS_URL": redis, "VAR_DIR": str(tmp_path / name)}
        return {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "config.settings"}

    return made


def groups(env) -> str:
    script = (
        "from django.contrib.auth.models import Group; print(*Group.objects.values_list('name'))"
    )
    return manage("shell", "--no-imports", "-c", script, env=env)


@pytest.mark.slow
def test_a_backup_stands_up_elsewhere_and_destroys_nothing_on_the_way(home, tmp_path):
    here, there, file = home("here"), home("there"), tmp_path / "town.backup"
    manage("migrate", "--no-input", "--skip-checks", "-v", "0", env=here)
    manage(
        *("shell", "--no-imports", "-c"),
        "from django.contrib.auth.models import Group; Group.objects.create(name='梅')",
        env=here,
    )
    said = manage("backup", str(file), "--skip-checks", env=here)
    assert "fingerprints" in said
    assert file.stat().st_mode & 0o077 == 0

    assert "verify_ledger" in manage("restore", str(file), env=there)
    assert "梅" in groups(there)

    with pytest.raises(RuntimeError, match="not empty"):
        manage("restore", str(file), env=there)
    manage("restore", str(file), "--force", env=there)
    assert "梅" in groups(there)

    elsewhere = home("elsewhere") | {"FIELD_KEYS": "another-key-" + "x" * 32}
    with pytest.raises(RuntimeError, match="FIELD_KEYS lacks the key"):
        manage("restore", str(file), env=elsewhere)

    damaged = tmp_path / "damaged.backup"
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(damaged, "w") as half:
        half.writestr("manifest.json", whole.read("manifest.json"))
        half.writestr("database", whole.read("database")[:-1])
    with pytest.raises(RuntimeError, match="is damaged"):
        manage("restore", str(damaged), env=elsewhere)


@pytest.mark.parametrize(
    "contents", [b"", b"not a zip", {"format": 99}, {"format": 1, "made_at": "now"}, []]
)
def test_what_is_no_backup_is_refused(tmp_path, now, contents):
    file = tmp_path / "file"
    if isinstance(contents, bytes):
        file.write_bytes(contents)
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("manifest.json", json.dumps(contents))
            archive.writestr("database", b"")
    with pytest.raises(backup.BackupError, match="is not a backup"):
        backup.restore(file, force=True, now=now)
