"""`make test`: every test, as a laptop runs the house and as a town does.

What needs no browser runs on both at the same time: one alone leaves half of two cores idle. What
needs one comes after, one run at a time, because it waits for things as a person does. What the
machine lacks is installed where we may. What cannot be installed is named at the end with the
reason; with CI=true that is a failure.

`make test ARGS=tests/tracking` runs those embedded, and nothing else.
"""

import os
import subprocess
import sys
from tempfile import TemporaryFile

from tests.infra import machine, production

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
PYTEST = (sys.executable, "-m", "pytest")


def main(arguments: list[str]) -> int:
    absent = machine.install()
    if arguments:
        return subprocess.run([*PYTEST, *arguments], check=False).returncode
    town = not {"PostgreSQL", "Redis"} & absent.keys()
    codes = [*_without_a_browser(town=town), *_in_a_browser(town=town)]
    if not town:
        print("== production: left out")
    for part, why in absent.items():
        print(f"MISSING {part}: {why}")
    return int(any(codes) or (CI and bool(absent)))


def _without_a_browser(*, town: bool) -> list[int]:
    """Both at once; what the second says is printed behind what the first says."""
    words = ", both at once" if town else ""
    print(f"== embedded: SQLite, worker in the server; without a browser{words}", flush=True)
    if not town:
        return [_embedded("not browser")]
    command = [sys.executable, "-m", "tests.infra.production", *_picked("not browser", "pure")]
    with (
        TemporaryFile() as said,
        subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as beside,
    ):
        try:
            codes = [_embedded("not browser"), beside.wait()]
        finally:
            beside.terminate()
        print("== production: PostgreSQL, Redis, Celery; without a browser", flush=True)
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return codes


def _in_a_browser(*, town: bool) -> list[int]:
    print("== embedded, in a browser", flush=True)
    codes = [_embedded("browser")]
    if town:
        print("== production, in a browser", flush=True)
        codes.append(production.main(_picked("browser", "pure")))
    return codes


def _embedded(which: str) -> int:
    # Races and crashes start what they need themselves; once, beside the others, is enough.
    return subprocess.run([*PYTEST, *_picked(which, "production")], check=False).returncode


def _picked(which: str, left_out: str) -> list[str]:
    return ["-q", "-m", f"{which} and not {left_out}", "tests"]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
