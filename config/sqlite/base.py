"""SQLite for the embedded house: who has waited longest writes next.

SQLite lets one write and has no queue: whoever finds it taken asks again after 1 to 100 ms, the
longer he has waited the less often, so that newcomers overtake him: ten seconds in a crowd of eight
(`make bench BENCH=writers`), too long for an alarm and near the 20 s after which it is refused.
Here the threads of a process stand in line, and one of them at a time asks SQLite, which still
decides between processes.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class Line:
    """The queue before one database."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self, within_s: float) -> None:
        """Returns once it is our turn; OperationalError when it is not in that time."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=within_s):
            return
        with self._guard:
            if mine in self._waiting:  # else it came at the last moment
                self._waiting.remove(mine)
                raise OperationalError(f"database is locked: no turn to write within {within_s} s")

    def give(self) -> None:
        """The next in line has it."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_lines: defaultdict[str, Line] = defaultdict(Line)


def line_of(database: Path | str) -> Line:
    return _lines[str(database)]


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction has its turn from BEGIN to its end, a write outside of one for itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: Line | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For what is written within, unless it is our turn already."""
        if self._turn:
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._give()

    def create_cursor(self, name: object = None) -> "Cursor":
        cursor: Cursor = self.connection.cursor(factory=lambda line: Cursor(line, self))
        return cursor

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Also what begins every transaction."""
        if not autocommit:
            self._take()
        try:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        except BaseException:
            self._give()
            raise

    def commit(self) -> None:
        super().commit()
        self._give()  # one that fails is followed by a rollback

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._give()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give()

    def _take(self) -> None:
        if self._turn:
            return
        line = line_of(self.settings_dict["NAME"])
        line.take(self.settings_dict["OPTIONS"]["timeout"])
        self._turn = line

    def _give(self) -> None:
        line, self._turn = self._turn, None
        if line:
            line.give()


class Cursor(base.SQLiteCursorWrapper):
    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        if not query.lstrip().upper().startswith(WRITES):
            return super().execute(query, params)
        with self._wrapper.turn():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self._wrapper.turn():
            return super().executemany(query, param_list)
