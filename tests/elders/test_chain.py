"""The proof of the ledger: whatever is done to its rows, it shows."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elders import chain


def ledger(count: int) -> list[chain.Entry]:
    rows: list[chain.Entry] = []
    for position in range(1, count + 1):
        entry: chain.Entry = {
            "position": position,
            "actor": position % 3 or None,
            "elder": 7,
            "what": "record",
            "purpose": f"call {position}",
            "sealed": False,
            "at": f"2026-03-10T01:30:{position:02}.000000+00:00",
            "previous": rows[-1]["hash"] if rows else "",
            "hash": "",
        }
        entry["hash"] = chain.entry_hash(entry["previous"], entry)
        rows.append(entry)
    return rows


def head_of(rows: list[chain.Entry]) -> chain.Head:
    return {"position": len(rows), "hash": rows[-1]["hash"] if rows else ""}


def root_of(rows: list[chain.Entry], first: int, last: int) -> chain.Root:
    hashes = [row["hash"] for row in rows[first - 1 : last]]
    return {
        "day": f"2026-03-{first:02}",
        "first": first,
        "last": last,
        "root": chain.merkle_root(hashes),
    }


def relinked(rows: list[chain.Entry]) -> list[chain.Entry]:
    """What somebody who knows the recipe makes of changed rows."""
    previous = ""
    for row in rows:
        row["previous"] = previous
        row["hash"] = previous = chain.entry_hash(previous, row)
    return rows


@given(st.integers(0, 12), st.data())
def test_an_honest_ledger_has_no_faults(count, data):
    rows = ledger(count)
    middle = data.draw(st.integers(0, count))
    days = [(1, middle), (middle + 1, count)]
    roots = [root_of(rows, first, last) for first, last in days if first <= last]
    assert chain.verify(rows, roots, head_of(rows)) == []


@given(st.integers(2, 12), st.data())
def test_a_change_a_gap_a_swap_or_a_cut_shows(count, data):
    honest = ledger(count)
    rows, head = deepcopy(honest), head_of(honest)
    at = data.draw(st.integers(0, count - 1))
    act = data.draw(st.sampled_from(["change", "remove", "swap", "add"]))
    if act == "change":
        field = data.draw(st.sampled_from(["actor", "elder", "what", "purpose", "sealed", "at"]))
        rows[at][field] = 99
    elif act == "remove":
        del rows[at]
    elif act == "swap":
        rows[at], rows[at - 1] = rows[at - 1], rows[at]
    else:
        rows.insert(at, deepcopy(rows[at]))
    assert chain.verify(rows, [], head)


def test_a_chain_made_anew_still_differs_from_the_root_of_its_day():
    rows = ledger(6)
    root = root_of(rows, 1, 4)
    rows[1]["actor"] = 99
    assert chain.verify(relinked(rows), [root], head_of(rows)) == [chain.Fault(4, "root_changed")]


def test_a_day_that_lost_its_end_shows():
    rows = ledger(6)
    root = root_of(rows, 1, 4)
    short = rows[:3]
    assert chain.verify(short, [root], head_of(short)) == [chain.Fault(4, "root_incomplete")]


def test_the_tree_is_the_one_of_rfc_6962():
    """Leaves of certificate-transparency's published test tree, hashed by its recipe."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    assert chain.merkle_root([]) == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert chain.merkle_root(leaves[:1]) == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert chain.merkle_root(leaves[:2]) == (
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    )
    assert chain.merkle_root(leaves[:7]) == (
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    )


@pytest.mark.parametrize("tampered", [False, True])
def test_an_exported_ledger_is_checked_with_nothing_but_python(tmp_path, tampered):
    rows = ledger(3)
    lines = [{"root": root_of(rows, 1, 2)}, *({"entry": row} for row in rows)]
    if tampered:
        rows[1]["purpose"] = "nothing at all"
    lines.append({"head": head_of(rows)})
    export = tmp_path / "ledger.jsonl"
    export.write_text("\n".join(map(json.dumps, lines)))
    script = (
        f"import runpy, sys; sys.argv = ['chain', {str(export)!r}]; "
        f"runpy.run_path({chain.__file__!r}, run_name='__main__')"
    )
    # -I -S: no environment, no site-packages, not even our own directory.
    proof = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert proof.returncode == tampered, proof.stderr
    assert ("changed at 2" in proof.stdout) == tampered
