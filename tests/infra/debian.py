"""Debian packages in a folder of their own: nothing is installed on the machine itself.

The machine's own apt finds the packages, with all they need down to the C library, on the mirror
that its sources name; they are unpacked and run by the C library that came with them.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.infra.process import Missing

CACHE = Path(os.environ.get("ONE_NUMBER_CACHE", Path.home() / ".cache" / "one-number"))
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LEFT_OUT = ("doc", "man", "locale", "info")


class Tree:
    """Unpacked packages under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lib = next(root.glob("usr/lib/*-linux-gnu*"))

    def command(self, program: str) -> list[str]:
        """What runs a program of the tree; its arguments follow."""
        path = next(
            (self.root / "usr" / folder / program)
            for folder in ("bin", "sbin")
            if (self.root / "usr" / folder / program).exists()
        )
        loader = next(self.lib.glob("ld-linux*.so.*"))
        folders = [self.lib, self.lib / "asterisk", self.lib / "pulseaudio", self.root / "usr/lib"]
        return [str(loader), "--library-path", ":".join(map(str, folders)), str(path)]


def unpacked(name: str, packages: Sequence[str], *, suite: str) -> Tree:
    """The packages from `suite`, fetched once and kept in the cache. Raises Missing."""
    contents = hashlib.sha256(" ".join([suite, *packages]).encode()).hexdigest()[:12]
    root = CACHE / name / contents
    root.parent.mkdir(parents=True, exist_ok=True)
    with _alone(root.with_suffix(".lock")):
        if not root.exists():
            _fetch(root, packages, suite)
    return Tree(root)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(root: Path, packages: Sequence[str], suite: str) -> None:
    if not shutil.which("apt-get") or not Path(KEYRING).exists():
        raise Missing(f"{root.parent.name} (needs Debian's apt and its keyring)")
    with tempfile.TemporaryDirectory(dir=root.parent) as scratch:
        archives, tree = _download(Path(scratch), packages, suite), Path(scratch) / "tree"
        _merge_usr(tree)
        for archive in sorted(archives.glob("*.deb")):
            _unpack(archive, tree)
        tree.rename(root)


def _download(scratch: Path, packages: Sequence[str], suite: str) -> Path:
    """The folder with the packages and everything they need, as if nothing were installed."""
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "status").touch()
    source = f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n"
    (scratch / "sources.list").write_text(source)
    options = {
        "Dir::Etc::sourcelist": scratch / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": scratch / "state",
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "5",
        "Acquire::Check-Valid-Until": "false",
    }
    apt = ["apt-get", "--quiet", "--yes", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "--download-only", "install", *packages])
    return scratch / "cache" / "archives"


def _mirror() -> str:
    """Debian's archive as this machine's own sources name it."""
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)"]).split()
    for address in listed:
        if address.rstrip("/").endswith("/debian"):
            return address
    raise Missing("a Debian mirror in the sources of apt")


def _merge_usr(tree: Path) -> None:
    for folder in ("bin", "sbin", "lib", "lib64"):
        (tree / "usr" / folder).mkdir(parents=True)
        (tree / folder).symlink_to(f"usr/{folder}")


def _unpack(archive: Path, tree: Path) -> None:
    skip = [f"--exclude=./usr/share/{folder}" for folder in LEFT_OUT]
    into = ["tar", "-x", "-C", str(tree), "--keep-directory-symlink", *skip]
    packing = ["dpkg-deb", "--fsys-tarfile", archive]
    with subprocess.Popen(packing, stdout=subprocess.PIPE) as packed:
        _run(into, stdin=packed.stdout)
    if packed.returncode:
        raise Missing(f"{archive.name} (could not be unpacked)")


def _run(command: list[str], **how: object) -> str:
    """What it printed; its failure is a part that is missing, with apt's own reason."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)  # type: ignore[call-overload]
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["failed"])[-1]
        raise Missing(f"{command[0]}: {reason}")
    return str(done.stdout)
