"""Somebody who must be rung back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.models import Elder, User
from telephony.models.call import Call
from telephony.models.priority import Priority


class CallBack(models.Model):
    """A number to ring; it stays on the list until a person says that it was reached."""

    number = models.CharField(_("number"), max_length=32, blank=True)
    call = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="callbacks")
    elder = models.ForeignKey(
        Elder, models.SET_NULL, null=True, blank=True, related_name="callbacks"
    )
    reason = models.CharField(_("reason"), max_length=30)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority, default=Priority.ROUTINE
    )
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    reached_at = models.DateTimeField(_("reached"), null=True, blank=True)
    reached_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                name="one_open_callback_a_number",
                condition=Q(reached_at__isnull=True) & ~Q(number=""),
            )
        ]
        indexes = [
            models.Index(F("due_at"), name="callback_open", condition=Q(reached_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.reason}"
