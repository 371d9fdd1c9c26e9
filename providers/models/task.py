"""What is done on a visit, as a list to tick: a town's own rows, a category at a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.models.base import Named
from providers.models.provider import Category


class Task(Named):
    """One line of the list that a worker ticks before the visit ends; nothing is demanded."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="tasks")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("category", "order", "pk")
        verbose_name, verbose_name_plural = _("task of a visit"), _("tasks of a visit")
