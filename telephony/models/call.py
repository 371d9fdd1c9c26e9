"""One phone connection, and the facts a carrier told us about it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.models import Elder, User
from telephony.models.job import OutboundJob
from telephony.models.priority import Priority


class Call(models.Model):
    """A call, in or out. Everybody who writes it holds the row's lock or a conditional UPDATE.

    `ringing`: the other side waits for a person, or hears the script (an outbound one: has not
    picked up). `claimed`: an operator took it. `talking`: they speak (an outbound one: it was
    picked up; an inbound one without an operator: the carrier by itself has put them through to a
    telephone of ours). `wrap_up`: the line is dead, the operator writes. `abandoned`: the caller
    hung up with nothing done.
    """

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("inbound")
        OUTBOUND = "outbound", _("outbound")

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        CLAIMED = "claimed", _("claimed")
        TALKING = "talking", _("talking")
        WRAP_UP = "wrap_up", _("wrap-up")
        ENDED = "ended", _("ended")
        ABANDONED = "abandoned", _("abandoned")

    LIVE = (State.RINGING, State.CLAIMED, State.TALKING)
    HELD = (State.CLAIMED, State.TALKING)

    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    purpose = models.CharField(_("purpose"), max_length=20, default="hotline")
    carrier = models.CharField(_("carrier"), max_length=20)
    carrier_ref = models.CharField(_("reference"), max_length=100)
    job = models.ForeignKey(
        OutboundJob, models.PROTECT, null=True, blank=True, related_name="calls"
    )
    from_number = models.CharField(_("from"), max_length=32, blank=True)
    to_number = models.CharField(_("to"), max_length=32, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RINGING)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority, default=Priority.ROUTINE
    )
    opened_at = models.DateTimeField(_("opened"))
    queued_at = models.DateTimeField(_("queued"), null=True, blank=True)
    returned_at = models.DateTimeField(
        _("returned"), null=True, blank=True, help_text=_("Back at the head of the queue.")
    )
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    held_at = models.DateTimeField(_("on hold since"), null=True, blank=True)

    operator = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="calls")
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    disposition = models.CharField(_("disposition"), max_length=30, blank=True)

    elder = models.ForeignKey(Elder, models.SET_NULL, null=True, blank=True, related_name="calls")
    candidates = models.JSONField(default=list, blank=True, help_text=_("Elders who may call."))
    step = models.JSONField(default=dict, blank=True, help_text=_("Where the script is."))
    settled = models.BooleanField(
        default=False, help_text=_("The caller has what she called for; hanging up is an end.")
    )
    script = models.JSONField(default=list, blank=True, help_text=_("Every instruction given."))
    silence_at = models.DateTimeField(null=True, blank=True, editable=False)
    sequence = models.IntegerField(default=-1, editable=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["carrier", "carrier_ref"], name="one_call_a_leg")
        ]
        indexes = [
            models.Index(F("queued_at"), name="call_queue", condition=Q(state="ringing")),
            models.Index(
                F("lease_until"), name="call_lease", condition=Q(lease_until__isnull=False)
            ),
            models.Index(
                F("silence_at"), name="call_silence", condition=Q(silence_at__isnull=False)
            ),
            models.Index(F("opened_at"), name="call_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.other_number} {self.get_state_display()}"

    @property
    def is_over(self) -> bool:
        """The line is dead (the operator may still be writing)."""
        return self.state not in self.LIVE

    @property
    def is_inbound(self) -> bool:
        return self.direction == self.Direction.INBOUND

    @property
    def other_number(self) -> str:
        """The number that is not ours."""
        return self.from_number if self.is_inbound else self.to_number

    @property
    def cursor(self) -> int:
        """How many instructions were given so far."""
        return len(self.script)

    def script_after(self, cursor: int) -> list[dict[str, Any]]:
        """The instructions given since `cursor`."""
        return list(self.script[cursor:])


class CallEvent(models.Model):
    """A fact from a carrier, kept with our answer: a repeat gets the same answer again."""

    call = models.ForeignKey(Call, models.CASCADE, null=True, blank=True, related_name="events")
    job = models.ForeignKey(
        OutboundJob, models.CASCADE, null=True, blank=True, related_name="events"
    )
    carrier = models.CharField(_("carrier"), max_length=20)
    reference = models.CharField(_("reference"), max_length=300)
    sequence = models.IntegerField(_("sequence"), default=0)
    kind = models.CharField(_("kind"), max_length=20)
    payload = models.JSONField(default=dict, blank=True)
    answer = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("call event")
        verbose_name_plural = _("call events")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "reference", "sequence"], name="one_call_event"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
