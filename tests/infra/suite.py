"""`make test`: every test, first as a laptop runs the house, then as a town does.

What the machine lacks is installed where we may. What cannot be installed is named at the end
with the reason; with CI=true that is a failure.
"""

import os
import subprocess
import sys

from tests.infra import machine, production

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def main() -> int:
    absent = machine.install()
    print("== embedded: SQLite, worker in the server", flush=True)
    # Races and crashes start what they need themselves; once, in the second run, is enough.
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not production", "tests"]
    embedded = subprocess.run(command, check=False)
    codes = [embedded.returncode]
    if {"PostgreSQL", "Redis"} & absent.keys():
        print("== production: left out", flush=True)
    else:
        print("== production: PostgreSQL, Redis, Celery", flush=True)
        codes.append(production.main(["-q", "-m", "not pure", "tests"]))
    for part, why in absent.items():
        print(f"MISSING {part}: {why}")
    return int(any(codes) or (CI and bool(absent)))


if __name__ == "__main__":
    raise SystemExit(main())
