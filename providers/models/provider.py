"""Organisations: what they offer, under which licence, where and when."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from providers.models.base import Named, Weekday, in_latitude, in_longitude, in_rating, is_e164
from providers.models.binding import Binding
from providers.nearness import renew


class Category(Named):
    """A kind of help. Data, not code: a town adds its own rows."""

    code = models.SlugField(_("code"), primary_key=True, max_length=32)
    icon = models.CharField(_("icon"), max_length=40, help_text=_("name of a lucide icon"))
    hotline_digit = models.CharField(
        _("hotline digit"),
        max_length=1,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"^[1-9]\Z")],
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    needs_licence = models.BooleanField(_("needs a licence"), default=False)
    default_duration_s = models.PositiveIntegerField(_("usual duration in seconds"), default=3600)

    class Meta:
        ordering = ("order", "code")
        verbose_name, verbose_name_plural = _("category"), _("categories")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and renew what the nearness index knows: it may need a licence now."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            concerned = Provider.objects.filter(workers__categories__category=self).distinct()
            renew(concerned.values_list("pk", flat=True), category=self)


class Provider(Named):
    """An organisation that gives care."""

    phone = models.CharField(_("phone"), max_length=16, blank=True, validators=[is_e164])
    lat = models.FloatField(_("latitude"), null=True, blank=True, validators=in_latitude)
    lon = models.FloatField(_("longitude"), null=True, blank=True, validators=in_longitude)
    rating = models.FloatField(_("rating"), null=True, blank=True, validators=in_rating)
    active = models.BooleanField(_("active"), default=True)
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="providers", verbose_name=_("staff")
    )

    class Meta:
        ordering = ("name", "pk")
        verbose_name, verbose_name_plural = _("provider"), _("providers")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and renew what the nearness index knows of the workers."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            renew([self.pk])

    @property
    def place(self) -> tuple[float, float] | None:
        """WGS-84 degrees."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


class Service(Binding, Named):
    """What a provider offers, at which price a visit; the subsidy is the town's share of it."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="services")
    category = models.ForeignKey(Category, models.PROTECT, related_name="services")
    price_cents = models.PositiveIntegerField(_("price in cents"), default=0)
    subsidy_cents = models.PositiveIntegerField(_("subsidy in cents"), default=0)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("provider", "category", "name")
        verbose_name, verbose_name_plural = _("service"), _("services")
        constraints = [
            models.CheckConstraint(
                condition=Q(subsidy_cents__lte=F("price_cents")), name="subsidy_within_price"
            )
        ]

    @property
    def subsidy(self) -> float:
        """The town's share of a visit, in yuan."""
        return self.subsidy_cents / 100

    @property
    def own_share(self) -> float:
        """What the elder pays for a visit, in yuan."""
        return (self.price_cents - self.subsidy_cents) / 100


class Licence(Binding):
    """A provider's permission to work in a category, valid on both days named."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="licences")
    category = models.ForeignKey(Category, models.PROTECT, related_name="licences")
    number = models.CharField(_("number"), max_length=64)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))

    class Meta:
        verbose_name, verbose_name_plural = _("licence"), _("licences")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="licence_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.number


class OpeningHours(Binding):
    """When a provider works. A provider without rows always does."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ("weekday", "opens")
        verbose_name = verbose_name_plural = _("opening hours")

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}–{self.closes:%H:%M}"


class ServiceArea(Binding):
    """A grid cell, at any level, that a provider serves. Without rows it serves everywhere."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="service_areas")
    grid_prefix = models.CharField(_("grid code"), max_length=32)

    class Meta:
        verbose_name, verbose_name_plural = _("service area"), _("service areas")

    def __str__(self) -> str:
        return self.grid_prefix
