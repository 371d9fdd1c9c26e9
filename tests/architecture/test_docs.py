"""The documents say what the code does: tests, states, events, files and links they name exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from config.health import LOOKS
from dispatch.deadlines import DESK_CLOCKS, REQUEST_CLOCKS
from dispatch.pages.desk.notices import SENTENCES
from dispatch.states import MOVES, Kind, State

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
CELL = r"\| `([\w.]+)` \|"
PLACES = re.compile(r"(?<![\w.`/])/(?:home|root|work|Users|mnt|build)/|[A-Z]:\\")
TARGETS = ("demo", "test", "check", "serve", "bench", "screenshots")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(name: str, title: str) -> str:
    """The part of a document under the heading `## title`."""
    _, _, rest = text_of(name).partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def first_cells(name: str, title: str) -> list[str]:
    return re.findall(rf"^{CELL}", section(name, title), re.MULTILINE)


@cache
def defined(path: str) -> frozenset[str]:
    """Every name that a module defines, its classes' methods among them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def rows_of_hazards() -> list[list[str]]:
    lines = re.findall(r"^\| ([A-Z]\d+ \|.*) \|$", text_of("docs/hazards.md"), re.MULTILINE)
    return [line.split(" | ") for line in lines]


def test_every_hazard_names_a_control_and_a_test_that_exists():
    rows = rows_of_hazards()
    assert len(rows) > 50
    for row in rows:
        assert len(row) == 4, row
        path, _, name = row[3].strip("`").partition("::")
        assert name in defined(path), row


def test_hazards_are_numbered_in_order():
    ids = [row[0] for row in rows_of_hazards()]
    counted: dict[str, int] = {}
    for letter, number in ((each[0], int(each[1:])) for each in ids):
        assert number == counted.get(letter, 0) + 1, f"{letter}{number}"
        counted[letter] = number


def test_every_transition_is_documented_and_no_other():
    told = {
        State(start): frozenset(map(State, re.findall(r"`(\w+)`", ends)))
        for start, ends in re.findall(
            rf"^{CELL}(.*) \|$", section("docs/events.md", "States"), re.M
        )
    }
    assert told == MOVES


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("Events", [str(kind) for kind in Kind]),
        ("Clocks", [*REQUEST_CLOCKS, *DESK_CLOCKS]),
        ("Notices", list(SENTENCES)),
    ],
)
def test_every_event_clock_and_notice_is_documented_and_no_other(title, known):
    assert sorted(first_cells("docs/events.md", title)) == sorted(known)


def test_every_part_of_readyz_is_documented():
    assert first_cells("docs/operations.md", "Health") == list(LOOKS)


def test_every_target_that_a_document_names_is_in_the_makefile():
    makefile = text_of("Makefile")
    for document in DOCUMENTS:
        for name in re.findall(r"`make ([a-z]+)", document.read_text("utf-8")):
            assert f"\n{name}:" in makefile, f"{document.name}: make {name}"
    assert all(f"make {name}" in text_of("README.md") for name in TARGETS)


def anchors(path: Path) -> set[str]:
    """The fragments under which the headings of a document are found."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if "://" in target:
            continue
        file, _, fragment = target.partition("#")
        there = (document.parent / file).resolve() if file else document
        assert there.exists(), target
        assert not fragment or fragment in anchors(there), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_names_in_code_are_there(document):
    """`app/module.py` exists, and `app/module.py: name` defines that name."""
    text = document.read_text("utf-8")
    for path, name in re.findall(r"`((?:\w+/)+\w+\.py)(?:: (\w+))?`", text):
        assert (ROOT / path).exists(), path
        assert not name or name in defined(path), f"{path}: {name}"
    for folder in re.findall(r"`((?:\w+/){2,})`", text):
        assert (ROOT / folder).is_dir(), folder


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_no_machine(document):
    assert PLACES.findall(document.read_text("utf-8")) == []


def test_pictures_are_small_and_used():
    text = "".join(document.read_text("utf-8") for document in DOCUMENTS)
    for picture in (ROOT / "docs" / "pictures").glob("*.png"):
        assert picture.stat().st_size <= 250_000, picture.name
        assert f"pictures/{picture.name}" in text, picture.name
