"""Real machines for tests: PostgreSQL, Redis, Celery, the server, Chromium.

Each is a context manager that starts processes of its own on free loopback ports and ends them,
by their id, when it is left. Nothing that already runs on the machine is touched.
"""
