"""Runs the benchmarks that `BENCH` names (all without it) and prints one table for each."""

import importlib
import os
import signal
import sys

ALL = (
    *(
        "ami",
        "caller",
        "calls",
        "demand",
        "gateway",
        "ingest",
        "match",
        "pages",
        "press",
        "ring",
        "screens",
        "start",
        "webhooks",
        "writers",
    ),
)


def main() -> int:
    picked = [name.strip() for name in os.environ.get("BENCH", "").split(",") if name.strip()]
    unknown = [name for name in picked if name not in ALL]
    if unknown:
        print(f"BENCH: there is no {', '.join(unknown)}; there are {', '.join(ALL)}")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended as well
    for name in picked or ALL:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()
    print("Next: put the tables into docs/performance.md, with the machine they ran on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
