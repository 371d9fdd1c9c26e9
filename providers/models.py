"""Who can be sent: organisations, what they offer and where and when, and their workers.

Times of day are the town's (`TOWN_TIME_ZONE`); an interval whose end is not after its
start runs past midnight and belongs to the weekday on which it starts.
"""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from providers.cells import cell_of

is_e164 = RegexValidator(r"^\+[1-9]\d{6,14}\Z", _("a number in the form +8613800000000"))
in_latitude = [MinValueValidator(-90), MaxValueValidator(90)]
in_longitude = [MinValueValidator(-180), MaxValueValidator(180)]
in_rating = [MinValueValidator(0), MaxValueValidator(5)]


class Named(models.Model):
    """Two names in columns: as written in English or pinyin, and in Chinese."""

    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} {self.name_zh}".strip()


class Weekday(models.IntegerChoices):
    """ISO weekdays less one, as `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")


class Mode(models.TextChoices):
    FOOT = "foot", _("on foot")
    EBIKE = "ebike", _("e-bike")
    CAR = "car", _("car")


class ReachBy(models.TextChoices):
    """How an offer reaches a worker first."""

    PUSH = "push", _("push")
    TEXT = "text", _("text message")
    CALL = "call", _("phone call")


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
        """Save, and move the workers who are taken to be at the provider's place."""
        super().save(*args, **kwargs)
        if self.lat is not None and self.lon is not None:
            WorkerCategory.objects.filter(worker__provider=self, worker__lat__isnull=True).update(
                cell=cell_of(self.lat, self.lon)
            )


class Service(Named):
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


class Licence(models.Model):
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


class OpeningHours(models.Model):
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


class ServiceArea(models.Model):
    """A grid cell, at any level, that a provider serves. Without rows it serves everywhere."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="service_areas")
    grid_prefix = models.CharField(_("grid code"), max_length=32)

    class Meta:
        verbose_name, verbose_name_plural = _("service area"), _("service areas")

    def __str__(self) -> str:
        return self.grid_prefix


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
        """Save, and keep the worker's cells in step with the place."""
        super().save(*args, **kwargs)
        self.categories.update(cell=self.cell)

    @property
    def place(self) -> tuple[float, float] | None:
        """WGS-84 degrees: the worker's own position, else the provider's place."""
        for lat, lon in ((self.lat, self.lon), (self.provider.lat, self.provider.lon)):
            if lat is not None and lon is not None:
                return lat, lon
        return None

    @property
    def cell(self) -> int | None:
        place = self.place
        return None if place is None else cell_of(*place)


class WorkerCategory(models.Model):
    """A category a worker works in, with the worker's H3 cell beside it: the index of nearness."""

    worker = models.ForeignKey(Worker, models.CASCADE, related_name="categories")
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="workers", db_index=False
    )  # the nearness index begins with it
    cell = models.BigIntegerField(_("H3 cell"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("category of a worker"), _("categories of a worker")
        constraints = [
            models.UniqueConstraint(fields=["worker", "category"], name="category_once_a_worker")
        ]
        indexes = [models.Index(fields=["category", "cell"], name="category_cell")]

    def __str__(self) -> str:
        return self.category_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.cell = self.worker.cell
        super().save(*args, **kwargs)


class Shift(models.Model):
    """When a worker is due to work. For a worker without rows the duty flag alone decides."""

    worker = models.ForeignKey(Worker, models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"))

    class Meta:
        ordering = ("weekday", "starts")
        verbose_name, verbose_name_plural = _("shift"), _("shifts")

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.starts:%H:%M}–{self.ends:%H:%M}"
