"""The daily check-in: who is asked when, how far each of today's has come, and its log."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.request import ServiceRequest
from elders.models import Elder
from elders.selectors import numbers_of


class CheckInPlan(models.Model):
    """When an elder is asked whether she is well, in town time. Her status pauses it."""

    elder = models.OneToOneField(
        Elder, models.CASCADE, related_name="checkin_plan", verbose_name=_("elder")
    )
    active = models.BooleanField(_("active"), default=True)
    days = models.CharField(
        _("days of the week"),
        max_length=7,
        default="1234567",
        validators=[RegexValidator(r"^(?!.*(.).*\1)[1-7]+\Z", _("Each of 1 to 7 once at most."))],
        help_text=_("1 is Monday, 7 is Sunday: 12345 from Monday to Friday."),
    )
    at = models.TimeField(
        _("at"), null=True, blank=True, help_text=_("Empty: some time in the morning.")
    )
    risk = models.PositiveSmallIntegerField(
        _("risk"),
        default=0,
        validators=[MaxValueValidator(3)],
        help_text=_("0 to 3: the greater, the earlier. What the register knows is added."),
    )

    class Meta:
        verbose_name = _("daily check-in")
        verbose_name_plural = _("daily check-ins")

    def __str__(self) -> str:
        return f"{self.elder}"

    def clean(self) -> None:
        """Whoever is to be rung has a number."""
        if self.elder_id and not numbers_of(self.elder):
            raise ValidationError({"elder": _("She has no telephone number.")})


class CheckInDay(models.Model):
    """A town day whose check-ins were planned: once. Locked by whoever rings for it."""

    day = models.DateField(unique=True)
    planned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"


class CheckIn(models.Model):
    """One elder on one day. Until it has ended something is always due for it.

    `waiting`: to be rung from `due_at` on, as soon as there is room. `ringing` and `contacts` have
    a deadline. `visit`: a request is open for it, and watches itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RINGING = "ringing", _("ringing")
        CONTACTS = "contacts", _("asking the contacts")
        WELL = "well", _("she is well")
        HEARD = "heard", _("heard from her otherwise")
        PERSON = "person", _("asked for a person")
        VOUCHED = "vouched", _("a contact says she is well")
        VISIT = "visit", _("somebody goes and looks")
        PAUSED = "paused", _("not at home")
        MISSED = "missed", _("never rung")

    OPEN = (State.WAITING, State.RINGING, State.CONTACTS)

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="checkins")
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    risk = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    request = models.ForeignKey(ServiceRequest, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["elder", "day"], name="one_checkin_a_day"),
        ]
        indexes = [
            models.Index(
                F("tries").desc(),
                F("risk").desc(),
                F("due_at"),
                name="checkins_to_ring",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["day", "state"], name="checkins_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.elder} {self.state}"

    @property
    def subject(self) -> str:
        """What its calls and texts are about."""
        return f"checkin:{self.pk}"


class CheckInEvent(models.Model):
    """One line of its log: rung, silence, and how it ended. Appended, never changed."""

    checkin = models.ForeignKey(CheckIn, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.kind}"
