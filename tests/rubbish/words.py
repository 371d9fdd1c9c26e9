"""Rubbish by the sack: what people, programs and the malicious put where it does not belong."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st


def calmly(examples: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same examples every time, and no hurry: one half on each of the two databases."""
    half = settings(
        max_examples=examples // 2,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    number = 2 if os.environ.get("DATABASE_URL") else 1
    return lambda test: seed(number)(half(test))


NASTY = st.sampled_from(
    [
        *("", " ", "\0", "a\0b", "\ud800", "²", "٣", "-1", "0", "1e999", "NaN", "null", "[]", "{}"),
        *("9" * 19, "9" * 5000, "x" * 10_000, "2026-13-40", "0000-00-00T00:00", "+86", "'; --"),
        *("<script>", "../../etc/passwd", "%00", "%s%n", "{{7*7}}", "\u202e", "true", "request:1"),
    ]
)
TEXTS = NASTY | st.text(max_size=40)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    TEXTS,
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
# What no database keeps and no URL carries as it is.
SENDABLE = TEXTS.filter(lambda text: text.isprintable() and len(text) < 2000)


def objects(*names: str) -> st.SearchStrategy:
    """An object with some of these members, each of any kind; or no object at all."""
    members = st.dictionaries(st.sampled_from(names), DOCUMENTS, max_size=len(names))
    return members | DOCUMENTS
