"""`field__among=values`: any of many values, sent as one parameter however many there are.

Django's `in` makes a parameter of each, which for a few hundred costs more than finding the rows,
and for a few thousand more than a database accepts.
"""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup):
    """The values are of the field's own type: numbers or text."""

    lookup_name = "among"
    prepare_rhs = False

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*before, list(self.rhs)]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        column, before = self.process_lhs(compiler, connection)
        values = json.dumps(list(self.rhs))
        return f"{column} IN (SELECT value FROM json_each(%s))", [*before, values]  # noqa: S608
