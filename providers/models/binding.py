"""Rows that bind whether a worker may be sent.

The search for the nearest reads none of them: each worker's row in the nearness index carries a
copy. So every way of writing them, one by one or in bulk, renews the copies in the same
transaction.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction

from providers.nearness import CHUNK, renew

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
            self.model.renew_for({each.owner_id for each in made})
        return made

    def owners(self, pks: Sequence[Any]) -> set[int]:
        """The providers or workers that stored rows belong to."""
        rows, path = self.model._default_manager, f"{self.model.OWNER}_id"
        found: set[int] = set()
        for start in range(0, len(pks), CHUNK):
            some = rows.filter(pk__in=pks[start : start + CHUNK])
            found.update(some.values_list(path, flat=True))
        return found

    def _renewing(self, write: Callable[[], T]) -> T:
        with transaction.atomic(using=self.db):
            pks = list(self.values_list("pk", flat=True))
            before = self.owners(pks)
            result = write()
            self.model.renew_for(before | self.owners(pks))
        return result


class Binding(models.Model):
    """A row that binds the workers of a provider, or one worker."""

    OWNER: ClassVar[str] = "provider"
    objects = BindingQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        rows = type(self).objects
        with transaction.atomic():
            before = rows.owners([self.pk])
            super().save(*args, **kwargs)
            self.renew_for(before | {self.owner_id})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            before = type(self).objects.owners([self.pk])
            result = super().delete(*args, **kwargs)
            self.renew_for(before)
        return result

    @property
    def owner_id(self) -> int:
        return int(getattr(self, f"{self.OWNER}_id"))

    @classmethod
    def renew_for(cls, owners: Collection[int]) -> None:
        renew(owners)
