"""Django's SQLite backend, whose writers wait in a queue (`base.py`)."""
