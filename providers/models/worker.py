"""Whom a provider sends, when they are due, and where they are to be found."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from providers.models.base import (
    Mode,
    Named,
    ReachBy,
    Sex,
    Weekday,
    in_latitude,
    in_longitude,
    in_rating,
    is_e164,
)
from providers.models.binding import Binding
from providers.models.provider import Category, Provider
from providers.nearness import CHUNK, fill, renew


class Worker(Named):
    """A person or crew a provider sends.

    `free` is `capacity` less commitments; only `capacity.py` changes it. `lat` and `lon` are
    the last known position when `position_at` is set, and otherwise nothing: the provider's
    place stands in for it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="worker"
    )
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="workers")
    phone = models.CharField(_("phone"), max_length=16, validators=[is_e164], db_index=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    skills = models.JSONField(_("skills"), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=1)
    free = models.PositiveSmallIntegerField(_("free"), default=1)
    on_duty = models.BooleanField(_("on duty"), default=False)
    duty_since = models.DateTimeField(_("on or off duty since"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True, validators=in_latitude)
    lon = models.FloatField(_("longitude"), null=True, blank=True, validators=in_longitude)
    position_at = models.DateTimeField(_("position at"), null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy in metres"), null=True, blank=True)
    mode = models.CharField(_("travels by"), max_length=8, choices=Mode.choices, default=Mode.EBIKE)
    rating = models.FloatField(_("rating"), null=True, blank=True, validators=in_rating)
    reach_by = models.CharField(
        _("reached by"), max_length=8, choices=ReachBy.choices, default=ReachBy.TEXT
    )

    class Meta:
        ordering = ("name", "pk")
        verbose_name, verbose_name_plural = _("worker"), _("workers")
        constraints = [
            models.CheckConstraint(
                condition=Q(free__lte=F("capacity")), name="free_within_capacity"
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False),
                name="worker_place_is_whole",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and renew the worker's rows in the nearness index."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            renew([self.provider_id], worker=self)

    @property
    def place(self) -> tuple[float, float] | None:
        """WGS-84 degrees: the worker's own position, else the provider's place."""
        if self.lat is None or self.lon is None:
            return self.provider.place
        return self.lat, self.lon


class WorkerCategoryQuerySet(models.QuerySet["WorkerCategory"]):
    def bulk_create(
        self, objs: Iterable["WorkerCategory"], *args: Any, **kwargs: Any
    ) -> list["WorkerCategory"]:
        rows = list(objs)
        with transaction.atomic(using=self.db):
            fill(rows)
            return super().bulk_create(rows, *args, **kwargs)


class WorkerCategory(models.Model):
    """A category a worker works in, and a row of the nearness index.

    `cell` is the H3 cell of the worker's place, null when there is none. `terms` is a copy of
    what binds the worker in this category, in JSON as `terms.py` reads it.
    """

    worker = models.ForeignKey(Worker, models.CASCADE, related_name="categories", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, related_name="workers", db_index=False)
    cell = models.BigIntegerField(_("H3 cell"), null=True, editable=False)
    terms = models.TextField(_("terms"), editable=False)

    objects = WorkerCategoryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("category of a worker"), _("categories of a worker")
        constraints = [
            models.UniqueConstraint(fields=["worker", "category"], name="category_once_a_worker")
        ]
        indexes = [models.Index(fields=["category", "cell"], name="category_cell")]

    def __str__(self) -> str:
        return self.category_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            fill([self])
            super().save(*args, **kwargs)


class Shift(Binding):
    """When a worker is due to work. For a worker without rows the duty flag alone decides."""

    OWNER = "worker"

    worker = models.ForeignKey(Worker, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))

    class Meta:
        ordering = ("weekday", "starts")
        verbose_name, verbose_name_plural = _("shift"), _("shifts")

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.starts:%H:%M}–{self.ends:%H:%M}"

    @classmethod
    def renew_for(cls, owners: Collection[int]) -> None:
        ids = sorted(owners)
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            employers = Worker.objects.filter(pk__in=some).values_list("provider_id", flat=True)
            renew(set(employers), worker__in=some)
