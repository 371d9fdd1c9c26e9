"""`make test`: every test, as a laptop runs the house and as a town does, both at once.

One run alone leaves half of two cores idle. What the machine lacks is installed where we may. What
cannot be installed is named at the end with the reason; with CI=true that is a failure.

`make test ARGS=tests/tracking` runs those embedded, and nothing else.
"""

import os
import subprocess
import sys
from tempfile import TemporaryFile

from tests.infra import machine

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
EMBEDDED = (sys.executable, "-m", "pytest", "-q")
PRODUCTION = (sys.executable, "-m", "tests.infra.production", "-q")


def main(arguments: list[str]) -> int:
    absent = machine.install()
    if arguments:
        return subprocess.run([*EMBEDDED, *arguments], check=False).returncode
    # Races and crashes start what they need themselves; once, beside the others, is enough.
    embedded = [*EMBEDDED, "-m", "not production", "tests"]
    print("== embedded: SQLite, worker in the server", flush=True)
    if {"PostgreSQL", "Redis"} & absent.keys():
        codes = [subprocess.run(embedded, check=False).returncode]
        print("== production: left out")
    else:
        codes = _at_once(embedded, [*PRODUCTION, "-m", "not pure", "tests"])
    for part, why in absent.items():
        print(f"MISSING {part}: {why}")
    return int(any(codes) or (CI and bool(absent)))


def _at_once(first: list[str], second: list[str]) -> list[int]:
    """What the second says is printed behind what the first says."""
    with (
        TemporaryFile() as said,
        subprocess.Popen(second, stdout=said, stderr=subprocess.STDOUT) as beside,
    ):
        try:
            codes = [subprocess.run(first, check=False).returncode]
            print("== production: PostgreSQL, Redis, Celery, beside it", flush=True)
            codes.append(beside.wait())
        finally:
            beside.terminate()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return codes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
