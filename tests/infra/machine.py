"""What tests need from the machine beyond Python, and getting it where that is possible."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from tests.infra.browser import chromium_path
from tests.infra.postgres import program as postgres_program
from tests.infra.process import Missing, binary

# part → (how to see that it is there, Debian's package)
PARTS: dict[str, tuple[Callable[[], object], str]] = {
    "PostgreSQL": (lambda: postgres_program("postgres"), "postgresql"),
    "Redis": (lambda: binary("redis-server"), "redis-server"),
    "Chromium": (chromium_path, "chromium"),
    "Chinese fonts": (lambda: _font("zh"), "fonts-noto-cjk"),
}
# Only benchmarks measure themselves against it.
POSTGIS = {
    "PostGIS": (
        lambda: binary("postgis.control", "usr/share/postgresql/*/extension/postgis.control"),
        "postgresql-postgis",
    )
}


def _font(language: str) -> None:
    found = subprocess.run(
        [binary("fc-list"), f":lang={language}"], capture_output=True, check=False
    )
    if not found.stdout.strip():
        raise Missing(f"a font for {language}")


def missing(parts: dict[str, tuple[Callable[[], object], str]] = PARTS) -> dict[str, str]:
    """Part → Debian's package, of what is not there."""
    absent = {}
    for name, (look, package) in parts.items():
        try:
            look()
        except Missing:
            absent[name] = package
    return absent


def install(parts: dict[str, tuple[Callable[[], object], str]] = PARTS) -> dict[str, str]:
    """Installs what is not there, where we may, and returns part → why it is still missing."""
    absent = missing(parts)
    if not absent:
        return {}
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return {name: f"install {package} (needs root and apt)" for name, package in absent.items()}
    print("Installing", ", ".join(absent), "...", file=sys.stderr)
    packages = sorted(set(absent.values()))
    why = _apt("update") or _apt("install", "--yes", "--no-install-recommends", *packages)
    return dict.fromkeys(missing(parts), why or "installed, and still not found")


def _apt(*arguments: str) -> str:
    """The reason why apt failed, or nothing."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", "--quiet", *arguments], env=quiet, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["apt failed"])[-1]
