"""Telephone numbers. An elder has several, and a number may be a whole household's."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from elders.fields import NumberField
from elders.models.elder import Elder


class Line(models.Model):
    """One telephone number, E.164."""

    number = NumberField(_("number"), unique=True)
    holders = models.ManyToManyField(Elder, through="LineHolder", related_name="lines")

    class Meta:
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")

    def __str__(self) -> str:
        return self.number


class LineHolder(models.Model):
    """An elder who may be calling when this number calls. It suggests; it never proves."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="holdings")
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="holdings")
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    alarm_key = models.BooleanField(
        _("alarm key"), default=False, help_text=_("Its calls are alarms: straight to a person.")
    )
    rank = models.PositiveSmallIntegerField(
        _("order"), default=1, help_text=_("Which of her numbers is rung first.")
    )

    class Meta:
        verbose_name = _("holder of a number")
        verbose_name_plural = _("holders of a number")
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "elder"], name="one_holding_a_line_and_elder")
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.elder}"
