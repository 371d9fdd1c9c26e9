"""What the benchmarks hand to a shell of the house: no type checker reads it, so it is tried."""

import ast
import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest

import bench

MODULES = sorted(Path(bench.__file__).parent.glob("*.py"))


def scripts(module: Path):
    """The texts of a module that are Python and import something."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                tree = ast.parse(node.value)
            except (SyntaxError, ValueError):
                continue
            if any(isinstance(one, ast.Import | ast.ImportFrom) for one in ast.walk(tree)):
                yield tree


def absent(tree: ast.AST):
    """What it imports and is not there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if not find_spec(one.name))
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module)
            for name in (one.name for one in node.names):
                if not hasattr(module, name) and not find_spec(f"{node.module}.{name}"):
                    yield f"{node.module}.{name}"


@pytest.mark.pure
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_what_a_benchmark_imports_in_the_house_is_there(module):
    assert [name for tree in scripts(module) for name in absent(tree)] == []


def test_texts_with_imports_are_found():
    assert sum(1 for module in MODULES for _ in scripts(module)) >= 4
