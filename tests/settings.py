"""The settings of the tests: the house's own, with what a town would have set.

Anything already in the environment wins, so that `python -m tests.infra.production` can point
the same suite at PostgreSQL and Redis.
"""

import atexit
import os
import tempfile

_var = tempfile.TemporaryDirectory(prefix="one-number-tests-")
atexit.register(_var.cleanup)

os.environ.setdefault("SECRET_KEY", "tests-only-" + "k" * 50)
os.environ.setdefault("SIMULATOR", "1")
os.environ.setdefault("DEMO", "0")
os.environ.setdefault("VAR_DIR", _var.name)

from config.settings import *  # noqa: F403

# Hashing passwords slowly is a virtue, but not of tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
