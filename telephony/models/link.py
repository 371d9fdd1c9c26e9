"""What passes between the processes of the house and the one that holds a carrier's link."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """Who holds the link to a carrier that has only one: a lease, renewed every second."""

    carrier = models.CharField(_("carrier"), max_length=20, unique=True)
    holder = models.CharField(max_length=40, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    well_at = models.DateTimeField(
        _("last heard"), null=True, blank=True, help_text=_("When the carrier last answered.")
    )
    unregistered_since = models.DateTimeField(null=True, editable=False)  # the trunk knows us not

    class Meta:
        verbose_name = _("link to a carrier")
        verbose_name_plural = _("links to carriers")

    def __str__(self) -> str:
        return self.carrier


def any_key() -> str:
    """For an order that may be written again."""
    return uuid4().hex


class LinkOrder(models.Model):
    """Something to be done on the link, by whoever holds it; written in any process, done once."""

    class Verb(models.TextChoices):
        CALL = "call", _("call")
        PUSH = "push", _("instructions")
        HANG_UP = "hang_up", _("hang up")
        BRING = "bring", _("bring")
        LET_GO = "let_go", _("let go")
        HOLD = "hold", _("hold")

    carrier = models.CharField(_("carrier"), max_length=20)
    verb = models.CharField(_("verb"), max_length=10, choices=Verb)
    leg = models.CharField(_("reference"), max_length=100)
    data = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=100, unique=True, default=any_key, editable=False)
    created_at = models.DateTimeField(_("opened"))
    taken_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("order to a link")
        verbose_name_plural = _("orders to a link")
        ordering = ["id"]
        indexes = [
            models.Index(F("id"), name="link_order_due", condition=Q(taken_at__isnull=True)),
            models.Index(F("taken_at"), name="link_order_done"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.leg}"
