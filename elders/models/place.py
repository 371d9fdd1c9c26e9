"""Where people live: the four administrative levels, and households."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from elders.models.named import Named


class GridCell(Named):
    """A county, township, community or grid. Its code begins with its parent's code."""

    class Level(models.IntegerChoices):
        COUNTY = 1, _("county")
        TOWNSHIP = 2, _("township")
        COMMUNITY = 3, _("community")
        GRID = 4, _("grid")

    code = models.CharField(_("code"), max_length=20, unique=True)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    # The public services of this place; they follow the elder, not our trunk. Where a cell names
    # none, the nearest cell above it does (`elders.selectors.public_services`).
    ambulance = models.CharField(_("ambulance"), max_length=20, blank=True)
    police = models.CharField(_("police"), max_length=20, blank=True)
    fire = models.CharField(_("fire brigade"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("grid cell")
        verbose_name_plural = _("grid cells")
        ordering = ["code"]


class Household(models.Model):
    """People who share a door, and perhaps a telephone."""

    address = models.CharField(_("address"), max_length=200, blank=True)
    address_zh = models.CharField(_("Chinese address"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.address or self.address_zh or f"#{self.pk}"
