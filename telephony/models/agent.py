"""Operators at work: what they are doing, since when, and what they are good at."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from elders.models import User


class AgentState(models.Model):
    """What an operator did from `since` to `until`; the open row is now, one an operator.

    `seen_at` is the last sign of life from the console; a row that nobody renews is closed.
    """

    class State(models.TextChoices):
        READY = "ready", _("ready")
        ON_CALL = "on_call", _("on a call")
        WRAP_UP = "wrap_up", _("wrap-up")
        AWAY = "away", _("away")

    user = models.ForeignKey(
        User, models.CASCADE, verbose_name=_("operator"), related_name="agent_states"
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last sign of life"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent state")
        verbose_name_plural = _("agent states")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until=None), name="one_open_state_an_operator"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_state_display()}"


class Skill(models.Model):
    """What an operator can do. Who has no row can do everything: a small desk keeps no list."""

    class Code(models.TextChoices):
        CHINESE = "zh-hans", _("speaks Chinese")
        ENGLISH = "en", _("speaks English")
        EMERGENCY = "emergency", _("handles emergencies")

    user = models.ForeignKey(
        User, models.CASCADE, verbose_name=_("operator"), related_name="skills"
    )
    code = models.CharField(_("skill"), max_length=20, choices=Code)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [models.UniqueConstraint(fields=["user", "code"], name="one_skill_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_code_display()}"
