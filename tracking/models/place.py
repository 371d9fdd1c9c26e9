"""What a device hears where it has no fix, and the names of places."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracking.models.device import Device


class Hint(models.Model):
    """Cells and access points of a frame without a fix one can trust.

    `heard` is {"cells": [[mcc, mnc, lac, cid, signal], …], "wifi": [[bssid, signal], …]}. A place
    that a service made of them is a `Position` of source "cell" or "wifi".
    """

    class State(models.TextChoices):
        KEPT = "kept", _("kept")
        RESOLVED = "resolved", _("resolved")
        UNKNOWN = "unknown", _("not known to the service")

    device = models.ForeignKey(Device, models.CASCADE, related_name="hints")
    heard = models.JSONField()
    fixed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.KEPT)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(F("id"), condition=Q(state="kept"), name="hint_kept"),
            models.Index(F("received_at"), name="hint_received"),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.fixed_at:%Y-%m-%d %H:%M}"


class Landmark(models.Model):
    """A place with a name that people know: a house in a street, a shop, a bridge."""

    name = models.CharField(_("name"), max_length=120, blank=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    area = models.CharField(_("area"), max_length=80, blank=True)
    area_zh = models.CharField(_("Chinese name of the area"), max_length=50, blank=True)
    lat = models.FloatField(_("latitude"))
    lon = models.FloatField(_("longitude"))
    # Staff help there whoever walks in.
    station = models.BooleanField(_("community station"), default=False)

    class Meta:
        verbose_name = _("landmark")
        verbose_name_plural = _("landmarks")
        indexes = [models.Index(F("lat"), F("lon"), name="landmark_place")]

    def __str__(self) -> str:
        return self.name or self.name_zh


class Address(models.Model):
    """What a geocoder says of a place, rounded to some ten metres; asked once and kept.

    `told_at` is empty while it has not been asked.
    """

    place = models.CharField(max_length=24)
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "language"], name="one_address_a_place")
        ]
        indexes = [models.Index(F("id"), condition=Q(told_at=None), name="address_wanted")]

    def __str__(self) -> str:
        return self.text or self.place
