"""What carriers that speak over HTTP need to have kept: answers, turns, costs, who said STOP."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class WebhookAnswer(models.Model):
    """What a webhook was answered, under every name that its repeat may come by."""

    key = models.CharField(max_length=200, unique=True)
    body = models.TextField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to a webhook")
        verbose_name_plural = _("answers to webhooks")
        indexes = [models.Index(F("at"), name="webhook_answer_age")]

    def __str__(self) -> str:
        return self.key


class Turn(models.Model):
    """When the next call of an account, or the next look into its records, may be made: a row,
    because several processes share it."""

    line = models.CharField(max_length=100, unique=True)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self) -> str:
        return self.line


class Cost(models.Model):
    """What a carrier charged for a leg or a text, in its own currency."""

    carrier = models.CharField(_("carrier"), max_length=20)
    carrier_ref = models.CharField(_("reference"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=5)
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "carrier_ref"], name="one_cost_a_leg")
        ]

    def __str__(self) -> str:
        return f"{self.carrier_ref} {self.amount} {self.currency}"


class OptOut(models.Model):
    """A number that has texted STOP: no text that we start goes there until it texts START."""

    number = models.CharField(_("number"), max_length=32)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("stop to texts")
        verbose_name_plural = _("stops to texts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], name="one_stop_a_number", condition=Q(until__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.number
