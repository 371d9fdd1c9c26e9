"""Each app imports only downwards, and no model points up or sideways.

import-linter reads the imports (`make check`); foreign keys may be named by a string, which it
cannot see.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
FLOOR = {"config": 3, "dispatch": 2, "telephony": 1, "tracking": 1, "elders": 0, "providers": 0}
# Modules that hold the thinking: given the same input they always say the same.
PURE = [
    "dispatch/states.py",
    "dispatch/matching.py",
    "telephony/instructions.py",
    "tracking/geo.py",
    "tracking/protocols/osmand.py",
]
MODULES = sorted(path for app in FLOOR for path in (ROOT / app).rglob("*.py"))


def test_no_model_points_up_or_sideways():
    wrong = [
        f"{model._meta.label}.{field.name} → {target._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if (target := getattr(field, "related_model", None)) and not field.auto_created
        if target._meta.label != settings.AUTH_USER_MODEL  # known to all by its setting
        if not _may_point(model._meta.app_label, target._meta.app_label)
    ]
    assert wrong == []


def _may_point(here: str, there: str) -> bool:
    if here not in FLOOR or there not in FLOOR or here == there:
        return True
    return FLOOR[there] < FLOOR[here]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_knows_no_framework_and_no_clock(name):
    path = ROOT / name
    frameworks = {"django", "channels", "celery", "redis", "httpx", "os", "random"}
    assert {module.partition(".")[0] for module in imported(path)} & frameworks == set()
    assert ".now(" not in path.read_text("utf-8")
    assert "time.time(" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_to_read(path):
    if "migrations" not in path.parts:
        assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_module_is_a_drawer_for_everything():
    names = {"services.py", "utils.py", "helpers.py", "signals.py"}
    assert [str(path) for path in MODULES if path.name in names] == []


def test_no_lock_keeps_rows_that_refer_to_what_it_holds_waiting():
    """PostgreSQL checks foreign keys at the commit: a lock without `no_key` would stop it there,
    behind somebody who may wait for this one."""
    wide = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and "no_key" not in {keyword.arg for keyword in node.keywords}
    ]
    assert wide == []
