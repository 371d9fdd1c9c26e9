"""What a provider hands in to prove a licence, until the town has looked at it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from providers.models.provider import Category, Licence, Provider


class LicencePaper(models.Model):
    """A scan with what it says. It binds nobody: the licence comes when a registrar accepts it.

    The content lies in the database, so that a backup has it and no folder serves it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the town")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="papers")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=64)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    content = models.BinaryField()
    content_type = models.CharField(_("kind of file"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    handed_in_at = models.DateTimeField(_("handed in"))
    handed_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    licence = models.ForeignKey(
        Licence, models.SET_NULL, null=True, blank=True, related_name="papers"
    )

    class Meta:
        ordering = ("-handed_in_at", "-pk")
        verbose_name, verbose_name_plural = _("licence paper"), _("licence papers")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="paper_ends_after_start",
                violation_error_message=_("A licence ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.number
