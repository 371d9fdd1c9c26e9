"""Rows that bind whether a worker may be sent.

The search for the nearest reads none of them: each worker's row in the nearness index carries a
copy. So every way of writing them, one by one or in bulk, renews the copies in the same
transaction.
"""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.apps import apps
from django.db import models, transaction

from providers import nearness

T = TypeVar("T")


def renew(owner: str, ids: Collection[Any]) -> None:
    """Renew the copies of these workers, categories or, as "worker__provider", providers."""
    rows = apps.get_model("providers", "WorkerCategory")._default_manager
    nearness.refresh(rows.filter(**{f"{owner}__in": ids}))


class BindingQuerySet(models.QuerySet["Any"]):
    """Bulk writes that renew the copies too."""

    def update(self, **values: Any) -> int:
        return self._renewing(partial(super().update, **values))

    def delete(self) -> tuple[int, dict[str, int]]:
        return self._renewing(super().delete)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            renew(self.model.OWNER, {each.owner_id for each in made})
        return made

    def _renewing(self, write: Callable[[], T]) -> T:
        with transaction.atomic(using=self.db):
            chosen = list(self.values_list("pk", flat=True))
            rows = self.model._default_manager.filter(pk__in=chosen)
            before = {each.owner_id for each in rows}
            result = write()
            renew(self.model.OWNER, before | {each.owner_id for each in rows.all()})
        return result


class Binding(models.Model):
    """A row of a provider or a worker that binds."""

    OWNER: ClassVar[str]
    objects = BindingQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            before = type(self)._default_manager.filter(pk=self.pk).first()
            super().save(*args, **kwargs)
            renew(self.OWNER, {self.owner_id} | ({before.owner_id} if before else set()))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            renew(self.OWNER, {self.owner_id})
        return result

    @property
    def owner_id(self) -> int:
        raise NotImplementedError


class OfProvider(Binding):
    OWNER = "worker__provider"

    class Meta:
        abstract = True

    @property
    def owner_id(self) -> int:
        return int(self.provider_id)  # type: ignore[attr-defined]  # the heirs' foreign key
