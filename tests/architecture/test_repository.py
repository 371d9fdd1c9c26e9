"""What is in the repository, and what must never be."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
# Locks name packages and hashes; where they are fetched from is each machine's own business.
ADDRESS = re.compile(r"\b(registry\.npmjs|pypi\.org|pythonhosted|npmmirror|mirrors?\.[a-z]+\.)")

UNBREAKABLE = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}|{[%{#].*?[%}#]}")


def committed() -> list[Path]:
    """Every file that git keeps, or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in names.splitlines() if (ROOT / name).is_file()]


def texts() -> dict[Path, str]:
    found = {}
    for path in committed():
        try:
            found[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_package_registry():
    here = Path(__file__)
    assert [p for p, text in texts().items() if p != here and ADDRESS.search(text)] == []


def test_the_front_end_lock_has_no_addresses():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")


def test_every_python_requirement_is_pinned_with_a_hash():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        pins = re.findall(r"^[a-z0-9][^\n]*", path.read_text("utf-8"), re.MULTILINE)
        assert pins, path
        assert [pin for pin in pins if "==" not in pin or not pin.endswith("\\")] == [], path


def test_no_third_party_file_is_committed():
    assert [p for p in committed() if "vendor" in p.parts or p.name.endswith(".min.js")] == []


def test_a_long_line_of_a_template_holds_nothing_that_could_stand_on_the_next():
    """Django breaks no tag and no translated sentence; what stands beside them, an author can."""
    crowded = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in committed()
        if path.suffix == ".html"
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 110 and UNBREAKABLE.sub("", line).count("<") > 2
    ]
    assert crowded == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
