"""Rows that bind whether a worker may be sent.

The search for the nearest reads none of them: each worker's row in the nearness index carries a
copy. So every way of writing them, one by one or in bulk, renews the copies in the same
transaction.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction

from providers.nearness import renew

T = TypeVar("T")


class BindingQuerySet(models.QuerySet[Any]):
    """Bulk writes that renew the copies too."""

    def update(self, **values: Any) -> int:
        return self._renewing(partial(super().update, **values))

    def delete(self) -> tuple[int, dict[str, int]]:
        return self._renewing(super().delete)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            # A provider without workers yet, as in every import, costs one query for 500.
            renew(self.providers([each.pk for each in made]))
        return made

    def providers(self, pks: list[Any]) -> set[int]:
        """The providers that rows belong to."""
        rows = self.model._default_manager
        path = f"{self.model.PROVIDER}_id"
        found: set[int] = set()
        for start in range(0, len(pks), 500):
            found.update(rows.filter(pk__in=pks[start : start + 500]).values_list(path, flat=True))
        return found

    def _renewing(self, write: Callable[[], T]) -> T:
        with transaction.atomic(using=self.db):
            pks = list(self.values_list("pk", flat=True))
            before = self.providers(pks)
            result = write()
            renew(before | self.providers(pks))
        return result


class Binding(models.Model):
    """A row that binds the workers of a provider; `PROVIDER` is the way there."""

    PROVIDER: ClassVar[str] = "provider"
    objects = BindingQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        rows = type(self).objects
        with transaction.atomic():
            before = rows.providers([self.pk])
            super().save(*args, **kwargs)
            renew(before | rows.providers([self.pk]))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            before = type(self).objects.providers([self.pk])
            result = super().delete(*args, **kwargs)
            renew(before)
        return result
