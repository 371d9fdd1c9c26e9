"""What is to be placed with a carrier: a job is a row, a task only a doorbell."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.models import Elder, User
from elders.models.account import Language
from telephony.models.priority import Priority


class OutboundJob(models.Model):
    """One person to be reached, by call, text or push, in at most `max_attempts` attempts."""

    class Kind(models.TextChoices):
        CALL = "call", _("call")
        TEXT = "text", _("text message")
        PUSH = "push", _("push")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        PLACING = "placing", _("being placed")
        UNKNOWN = "unknown", _("fate unknown")
        RINGING = "ringing", _("ringing")
        DELIVERED = "delivered", _("delivered")
        ANSWERED = "answered", _("answered")
        DONE = "done", _("done")
        EXPIRED = "expired", _("expired")
        FAILED = "failed", _("failed")

    UNDER_WAY = (State.QUEUED, State.PLACING, State.UNKNOWN, State.RINGING, State.DELIVERED)

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    to = models.CharField(_("to"), max_length=20, blank=True, help_text="E.164")
    purpose = models.CharField(_("purpose"), max_length=20)
    subject = models.CharField(_("about"), max_length=50, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority, default=Priority.ROUTINE
    )
    elder = models.ForeignKey(
        Elder, models.SET_NULL, null=True, blank=True, related_name="outbound_jobs"
    )
    operator = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who is put through when it is answered."),
    )
    account = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Whose browsers are told, where it is a push."),
    )
    key = models.CharField(max_length=100, unique=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("attempts at most"), default=3)
    created_at = models.DateTimeField(_("opened"))
    next_at = models.DateTimeField(_("next attempt"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    placing_at = models.DateTimeField(null=True, blank=True, editable=False)
    carrier = models.CharField(_("carrier"), max_length=20, blank=True)
    carrier_ref = models.CharField(_("reference"), max_length=100, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("outbound job")
        verbose_name_plural = _("outbound jobs")
        ordering = ["id"]
        indexes = [
            models.Index(F("next_at"), name="job_due", condition=Q(state="queued")),
            models.Index(
                F("placing_at"), name="job_in_doubt", condition=Q(state__in=["placing", "unknown"])
            ),
            models.Index(
                F("expires_at"),
                name="job_to_expire",
                condition=~Q(state__in=["done", "expired", "failed"]),
            ),
            models.Index(F("subject"), name="job_subject"),
            models.Index(F("created_at"), name="job_words", condition=~Q(text="")),
            models.Index(F("to"), name="job_to"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to} {self.purpose} {self.subject}"

    @property
    def attempt_key(self) -> str:
        """What names this attempt to a carrier, and finds it again: "17:2"."""
        return f"{self.pk}:{self.attempts}"


class SimulatorItem(models.Model):
    """What a simulated phone was sent: one attempt of a job, the simulator's own memory."""

    job = models.ForeignKey(OutboundJob, models.CASCADE, related_name="simulated")
    attempt = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("simulated call or text")
        verbose_name_plural = _("simulated calls and texts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "attempt"], name="one_item_an_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.job} ({self.attempt})"
