"""Where an elder should be and where not, how her devices stand to that, and when they crossed."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.models import Elder
from tracking.models.device import Device
from tracking.zoning import Shape, Side, shape_of


class Zone(models.Model):
    """A place with a meaning. Home and a safe area are to be in, a no-go area is to be out of.

    `corners` are [[lat, lon], …] in WGS-84: one is the middle of a circle, two are a way, three
    and more an area; `radius_m` is how far it reaches beyond them. Between the two hours of the
    town day (the same twice: always) the wrong side is an alarm at once, else after `longest_s`.
    """

    class Kind(models.TextChoices):
        HOME = "home", _("home")
        SAFE = "safe", _("safe area")
        NO_GO = "no_go", _("no-go area")

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="zones")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HOME)
    name = models.CharField(_("name"), max_length=60, blank=True)
    corners = models.JSONField(
        _("corners"),
        help_text=_("[[latitude, longitude], …]: one for a circle, two for a way, else an area."),
    )
    radius_m = models.FloatField(
        _("radius in metres"), default=150, help_text=_("How far it reaches beyond the corners.")
    )
    watched_from = models.TimeField(_("watched from"), default=time(22))
    watched_until = models.TimeField(
        _("watched until"), default=time(6), help_text=_("The same time twice: all day.")
    )
    longest_s = models.PositiveIntegerField(
        _("longest, in seconds"),
        null=True,
        blank=True,
        help_text=_("At other hours an alarm after so long. Empty: longer than she usually does."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["elder", "id"]
        constraints = [
            models.CheckConstraint(
                name="zone_has_a_size", condition=Q(radius_m__gte=0, radius_m__lte=100_000)
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())

    def clean(self) -> None:
        if not self.corners:
            return  # the field says that it is needed
        try:
            shape_of(self.corners, self.radius_m)
        except ValueError as wrong:
            reason = _("Give [[latitude, longitude], …] in degrees, and a radius for a circle.")
            raise ValidationError({"corners": reason}) from wrong

    @property
    def shape(self) -> Shape:
        return shape_of(self.corners, self.radius_m)

    @property
    def longest_h(self) -> float | None:
        """Hours, whole where they are."""
        hours = None if self.longest_s is None else round(self.longest_s / 3600, 1)
        return int(hours) if hours is not None and hours.is_integer() else hours

    @property
    def wrong_side(self) -> Side:
        return Side.INSIDE if self.kind == self.Kind.NO_GO else Side.OUTSIDE


class ZoneStand(models.Model):
    """How a device stands to a zone: `tracking.zoning.Stand`, and when that becomes an alarm.

    `due_at` is when something happens if nothing is heard; a sweep looks for it.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="stands")
    zone = models.ForeignKey(Zone, models.CASCADE, related_name="stands")
    side = models.CharField(max_length=10, blank=True)
    since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    leaning_since = models.DateTimeField(null=True)
    alarm_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "zone"], name="one_stand_a_device_and_zone")
        ]
        indexes = [
            models.Index(F("due_at"), condition=Q(due_at__isnull=False), name="zone_stand_due")
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.side} {self.zone}"


class ZoneCrossing(models.Model):
    """A device went into a zone or out of it, by its own clock, and where it was just after."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    zone = models.ForeignKey(Zone, models.CASCADE, related_name="crossings")
    entered = models.BooleanField(_("entered"))
    at = models.DateTimeField(_("at"))
    noticed_at = models.DateTimeField(_("noticed"))

    class Meta:
        verbose_name = _("crossing of a zone")
        verbose_name_plural = _("crossings of a zone")
        indexes = [models.Index(F("zone"), F("at").desc(), name="crossing_of_zone")]

    def __str__(self) -> str:
        return f"{self.zone} {'+' if self.entered else '-'} {self.at:%Y-%m-%d %H:%M}"
