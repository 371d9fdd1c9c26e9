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
os.environ.setdefault("FIELD_KEYS", "tests-only-" + "f" * 32)
os.environ.setdefault("SIMULATOR", "1")
os.environ.setdefault("DEMO", "0")
os.environ.setdefault("VAR_DIR", _var.name)

from config.settings import *

# Hashing passwords slowly is a virtue, but not of tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# In a file and not in memory, so that threads meet the same locks as in a running house; what a
# test commits need not outlive a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "tests.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;"
    )

# The throttle has its own tests; everybody else signs in without a request to count.
AXES_ENABLED = False

# A file is looked up when it is asked for: to list them all takes 40 ms for each client of a test.
WHITENOISE_AUTOREFRESH = True
