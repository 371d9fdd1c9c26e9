"""Secrets: the demo's own, and how a key is named without showing it."""

import hashlib
import os
import secrets
from pathlib import Path


def demo_key(folder: Path) -> str:
    """The demo's secret key, made once and kept in `folder`; never used outside the demo."""
    file = folder / "secret_key"
    if not file.exists():
        fresh = folder / f"secret_key.{os.getpid()}"
        fresh.touch(0o600)
        fresh.write_text(secrets.token_urlsafe(48), "ascii")
        fresh.replace(file)
    return file.read_text("ascii")


def fingerprint(key: str) -> str:
    """Twelve hex digits that tell two keys apart and give neither away."""
    return hashlib.sha256(b"one-number key:" + key.encode()).hexdigest()[:12]
