"""Who is in a conversation beside the caller, and what of it was kept."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.fields import EncryptedTextField
from elders.models import User
from telephony.models.call import Call
from telephony.models.job import OutboundJob


class Party(models.Model):
    """Somebody in the room of `call` beside its caller: an account, or a leg that we placed.

    Without `joined_at` they are being rung; `left_at` ends it either way.
    """

    class Mode(models.TextChoices):
        TALK = "talk", _("talks")
        LISTEN = "listen", _("listens in")
        WHISPER = "whisper", _("whispers")

    class Kind(models.TextChoices):
        OPERATOR = "operator", _("operator")
        SUPERVISOR = "supervisor", _("supervisor")
        CONTACT = "contact", _("contact")
        SERVICE = "service", _("other service")
        WORKER = "worker", _("worker")
        ELDER = "elder", _("elder")
        NUMBER = "number", _("another number")

    call = models.ForeignKey(Call, models.CASCADE, related_name="parties")
    kind = models.CharField(max_length=10, choices=Kind)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.TALK)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    job = models.ForeignKey(OutboundJob, models.SET_NULL, null=True, blank=True, related_name="+")
    number = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "user"],
                condition=Q(left_at=None, user__isnull=False),
                name="one_place_in_a_room",
            )
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.mode}"

    @property
    def who(self) -> str:
        return str(self.user) if self.user else self.name or self.number


class Recording(models.Model):
    """What was said on a call, readable only with the keys of the house: the conversation, or,
    with a `reference` of the carrier's, one message after a tone.

    `words` are lines as they were typed or transcribed; `audio` is what a carrier recorded,
    encrypted by `elders.fields.seal`. A deleted one keeps its row: that it was there, and when
    it went.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="recordings")
    reference = models.CharField(max_length=100, blank=True)
    words = EncryptedTextField(blank=True)
    audio = models.BinaryField(null=True, blank=True)
    audio_type = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "reference"], name="one_recording_a_sound")
        ]
        indexes = [
            models.Index(F("started_at"), name="recording_kept", condition=Q(deleted_at=None))
        ]

    def __str__(self) -> str:
        return f"recording of call {self.call_id}"


class ReviewDraw(models.Model):
    """The draw of a month: made once, with the seed that repeats it.

    `pool`: handler → {"calls", "emergencies"}, from how many was drawn.
    """

    month = models.DateField(unique=True, help_text=_("The first day of the month."))
    seed = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    pool = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"draw of {self.month:%Y-%m}"


class CallReview(models.Model):
    """A call drawn for review: whose work, of which month, and what the reviewer found."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="review")
    handler = models.ForeignKey(User, models.CASCADE, related_name="+")
    month = models.DateField(help_text=_("The first day of the month."))
    emergency = models.BooleanField(default=False)
    drawn_at = models.DateTimeField()
    reviewer = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    marks = models.JSONField(default=dict, help_text=_("Question → 0, 1 or 2."))
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["handler_id", "id"]
        indexes = [models.Index(F("month"), name="review_month")]

    def __str__(self) -> str:
        return f"review of call {self.call_id}"
