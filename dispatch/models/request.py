"""A need to be met, its log, and the calls and alarms it came from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from dispatch.states import OPEN, Disposition, Priority, State
from elders.models import Elder
from providers.models import Category
from telephony.models import Call
from tracking.models import Alarm


class ServiceRequest(models.Model):
    """The thing dispatched. `state` and `seq` are written by `transitions.advance` alone.

    `seq` is both the version that is compared and swapped and the number of the last event.
    """

    class Source(models.TextChoices):
        CALL = "call"
        ALARM = "alarm"
        PAGE = "page"
        API = "api"
        OPERATOR = "operator"
        TEXT = "text"
        CHECKIN = "checkin"
        STATION = "station"
        CANARY = "canary"
        WORKER = "worker"

    state = models.CharField(max_length=10, choices=[(s, s) for s in State], default=State.NEW)
    priority = models.CharField(max_length=10, choices=[(p, p) for p in Priority])
    category = models.ForeignKey(Category, models.PROTECT)
    elder = models.ForeignKey(Elder, models.PROTECT, null=True, related_name="requests")
    # A household's call in which nobody said who is meant: one case names both.
    also = models.ManyToManyField(Elder, related_name="+", blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    # What is known of somebody who is not in the register: the number or device that spoke.
    known_as = models.CharField(max_length=80, blank=True)
    # The address of a device that nobody registered: known elders come before this case.
    came_from = models.CharField(max_length=64, blank=True)
    note = models.TextField(blank=True)
    seq = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owner_until = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    voice_at = models.DateTimeField(null=True)  # an operator has spoken with somebody there
    # How often the desk must have sounded for it: once when opened, again for each join.
    sounds = models.PositiveIntegerField(default=0)
    estimate = models.JSONField(null=True)  # where the elder was when it was opened
    grid = models.CharField(max_length=24, blank=True)
    exclusions = models.JSONField(default=list)  # of the last ranking
    disposition = models.CharField(max_length=20, choices=[(d, d) for d in Disposition], blank=True)
    reason = models.TextField(blank=True)
    # Null, not "": the many that have none must not clash.
    dedupe = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001

    class Meta:
        indexes = [
            models.Index(
                fields=["elder", "priority"],
                condition=Q(state__in=sorted(OPEN)),
                name="request_open_by_elder",
            ),
            models.Index(fields=["state", "-id"], name="request_by_state"),
            models.Index(fields=["grid"], name="request_by_grid"),
            models.Index(
                fields=["came_from"],
                condition=Q(state__in=sorted(OPEN)) & ~Q(came_from=""),
                name="request_of_strangers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def number(self) -> str:
        """What people say to one another on the telephone."""
        return f"{self.pk:05d}"

    @property
    def people(self) -> list[Elder]:
        """Whom it is about: one elder, the several of a household, or nobody who is known."""
        return [self.elder] if self.elder else list(self.also.all())

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_emergency(self) -> bool:
        return self.priority == Priority.EMERGENCY


class Event(models.Model):
    """One line of a request's log. Appended, never changed."""

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.JSONField()  # actors.Actor
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "seq"], name="event_once")]
        ordering = ["request_id", "seq"]

    def __str__(self) -> str:
        return f"{self.request_id}.{self.seq} {self.kind}"


class RequestCall(models.Model):
    """A call and the request it opened or joined."""

    request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="calls")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "call"], name="call_joins_once")]


class RequestAlarm(models.Model):
    """The case an alarm opened or joined; its repeat after that case was done opens another."""

    request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="alarms")
    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "alarm"], name="alarm_joins_once")
        ]
