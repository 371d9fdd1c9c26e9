"""Percentiles and the lines of a table."""

import os
from collections.abc import Sequence
from statistics import quantiles


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of the values lie (1-99)."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def row(name: str, ours_ms: Sequence[float], peer_ms: Sequence[float]) -> str:
    """One line: p50 and p99 of both in milliseconds, and the ratio of the medians."""
    ours, peer = percentile(ours_ms, 50), percentile(peer_ms, 50)
    return (
        f"{name:<34} ours p50 {ours:7.2f}  p99 {percentile(ours_ms, 99):7.2f}"
        f"   peer p50 {peer:7.2f}  p99 {percentile(peer_ms, 99):7.2f} ms"
        f"   ratio {ours / peer:5.2f}"
    )


def busy() -> str:
    """How crowded the machine is: figures of a crowded one say little but their ratios."""
    return f"load of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
