"""What may be expected of devices, and whether we were there to hear it."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class DeviceKind(models.Model):
    """What may be expected of devices of one kind; a town edits the rows.

    A device is of the kind that the register names, else of that of its protocol.
    """

    code = models.SlugField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=50, blank=True)
    protocols = models.JSONField(_("protocols"), default=list, blank=True)
    silent_after_s = models.PositiveIntegerField(
        _("silent after seconds"), default=0, help_text=_("0: nobody minds its silence.")
    )
    other_is_help = models.BooleanField(
        _("any other alarm is a call for help"),
        default=True,
        help_text=_("Not of vehicles, which tell of braking and doors. SOS always is."),
    )
    tested = models.BooleanField(_("its button is tested every month"), default=False)

    class Meta:
        verbose_name = _("kind of devices")
        verbose_name_plural = _("kinds of devices")
        ordering = ["code"]

    def __str__(self) -> str:
        zh = (get_language() or "").startswith("zh")
        return (self.name_zh if zh else self.name) or self.name

    @property
    def is_watched(self) -> bool:
        return self.silent_after_s > 0


class Listening(models.Model):
    """One row: since when this house has listened to devices without a break.

    Who is silent while we are deaf is not silent.
    """

    since = models.DateTimeField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"since {self.since:%Y-%m-%d %H:%M:%S}"
