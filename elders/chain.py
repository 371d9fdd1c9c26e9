"""The proof of the ledger of reads: a pure function over its rows, which needs no server.

`python -m elders.chain FILE` checks what `manage.py verify_ledger --export FILE` wrote, with
nothing but Python: one JSON object a line, `{"root": …}`, `{"entry": …}`, and `{"head": …}` last.
Each entry's hash covers the hash before it; the entries of a day hang on a Merkle root (RFC 6962).
A root that was kept elsewhere shows any later change of what it covers; compare it by eye.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

COVERED = ("position", "actor", "elder", "what", "purpose", "sealed", "at")


class Entry(TypedDict):
    """A row of the ledger. `actor` and `elder` are ids, `at` is ISO 8601 in UTC."""

    position: int
    actor: int | None
    elder: int
    what: str
    purpose: str
    sealed: bool
    at: str
    previous: str
    hash: str


class Root(TypedDict):
    """The Merkle root over the entries `first`…`last`."""

    day: str
    first: int
    last: int
    root: str


class Head(TypedDict):
    """Where the chain ends."""

    position: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """`code`: missing, reordered, changed, cut, root_changed, root_incomplete."""

    position: int
    code: str

    def __str__(self) -> str:
        return f"{self.code} at {self.position}"


def entry_hash(previous: str, entry: Entry) -> str:
    """The hash of `entry` behind `previous`, hex."""
    covered = [previous, *(entry[name] for name in COVERED)]  # type: ignore[literal-required]
    text = json.dumps(covered, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def merkle_root(hashes: Sequence[str]) -> str:
    """The RFC 6962 tree hash over `hashes` (hex), hex: marked leaves, the left side full."""
    level = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in hashes]
    if not level:
        return hashlib.sha256().hexdigest()
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def verify(entries: Iterable[Entry], roots: Iterable[Root], head: Head | None) -> list[Fault]:
    """Everything wrong with the ledger; `entries` by position, `roots` by day, both from the start.

    `head` shows whether the end was cut off; without one it is not looked at.
    """
    faults: list[Fault] = []
    waiting = sorted(roots, key=lambda root: root["first"])
    leaves: list[str] = []
    position, previous = 0, ""
    for entry in entries:
        faults += _against(position, previous, entry)
        position, previous = entry["position"], entry["hash"]
        if waiting and position >= waiting[0]["first"]:
            leaves.append(previous)
        if waiting and position >= waiting[0]["last"]:
            if merkle_root(leaves) != waiting[0]["root"]:
                faults.append(Fault(position, "root_changed"))
            del waiting[0]
            leaves.clear()
    faults += [Fault(root["last"], "root_incomplete") for root in waiting]
    if head and (head["position"], head["hash"]) != (position, previous):
        faults.append(Fault(position, "cut"))
    return faults


def _against(position: int, previous: str, entry: Entry) -> list[Fault]:
    found = []
    if entry["position"] != position + 1:
        found.append(Fault(position + 1, "missing"))
    elif entry["previous"] != previous:
        found.append(Fault(entry["position"], "reordered"))
    if entry["hash"] != entry_hash(entry["previous"], entry):
        found.append(Fault(entry["position"], "changed"))
    return found


def main(path: str) -> int:
    """Check an exported ledger; print what is wrong, and answer 1 if anything is."""
    rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    entries = [row["entry"] for row in rows if "entry" in row]
    roots = [row["root"] for row in rows if "root" in row]
    head = next((row["head"] for row in rows if "head" in row), None)
    faults = verify(entries, roots, head)
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    sys.stdout.write(f"{len(entries)} entries, {len(roots)} roots, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
