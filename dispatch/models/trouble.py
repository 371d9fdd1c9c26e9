"""What is wrong with devices, and with many of them at once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.request import ServiceRequest
from elders.models import Elder
from providers.models import Worker
from tracking.models import Device

OPEN = Q(ended_at=None)


class Outage(models.Model):
    """Many devices that fell silent, or lost their power, for one reason: `scope` and `key` say
    what they have in common, as far as we know.

    It ends when everybody on its list has been looked after.
    """

    class Scope(models.TextChoices):
        CELL = "cell", _("radio cell")
        GRID = "grid", _("part of town")
        CARRIER = "carrier", _("mobile network")
        PROTOCOL = "protocol", _("protocol")

    cause = models.CharField(max_length=20)  # a cause of Trouble
    scope = models.CharField(max_length=10, choices=Scope)
    key = models.CharField(max_length=40)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "scope", "key"], condition=OPEN, name="one_outage_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.scope} {self.key}"


class Trouble(models.Model):
    """Something is wrong with a device that is no call for help. One open row a device and cause,
    said again it is counted and nobody is nagged; it ends by itself when it is over.

    `elder` or `worker` had the device when it began; `grid`, `cell` and `protocol` are what it may
    have in common with others.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="troubles")
    elder = models.ForeignKey(Elder, models.SET_NULL, null=True, related_name="troubles")
    worker = models.ForeignKey(Worker, models.SET_NULL, null=True, related_name="troubles")
    cause = models.CharField(max_length=20)
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    grid = models.CharField(max_length=24, blank=True)
    cell = models.CharField(max_length=40, blank=True)
    protocol = models.CharField(max_length=10)
    outage = models.ForeignKey(Outage, models.SET_NULL, null=True, related_name="troubles")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "cause"], condition=OPEN, name="one_open_trouble_a_cause"
            )
        ]
        indexes = [
            models.Index(fields=["cause", "opened_at"], condition=OPEN, name="trouble_open"),
            models.Index(fields=["grid"], condition=OPEN, name="trouble_open_by_grid"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} {self.device}"


class OutageElder(models.Model):
    """A line of an outage's list: somebody whose device cannot call for help at the moment.

    `reasons` says what her risk is made of. Worked off by ringing or visiting her, or when her
    device is heard again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("not rung yet")
        UNREACHED = "unreached", _("not reached")
        VISIT = "visit", _("somebody goes")
        DONE = "done", _("looked after")

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="elders")
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="+")
    risk = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True)
    request = models.ForeignKey(ServiceRequest, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outage", "elder"], name="on_an_outages_list_once")
        ]
        indexes = [
            models.Index(fields=["outage", "state", "-risk"], name="outage_list"),
        ]

    def __str__(self) -> str:
        return f"{self.elder} {self.state}"
