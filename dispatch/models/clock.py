"""What will happen when nothing happens, and what a person must be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from dispatch.models.checkin import CheckIn
from dispatch.models.offer import Handover, Offer
from dispatch.models.request import ServiceRequest
from telephony.models import Call, CallBack

RUNNING = Q(fired_at=None, cleared_at=None)


class Deadline(models.Model):
    """A row that becomes an event when nothing happens. Fired by a sweep, any number of them.

    It hangs on exactly one of request, offer, handover, call, callback or checkin; an offer's and
    a hand-over's names the request too, so that a request lists all its clocks.
    """

    kind = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    request = models.ForeignKey(ServiceRequest, models.CASCADE, null=True, related_name="deadlines")
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, related_name="deadlines")
    handover = models.ForeignKey(Handover, models.CASCADE, null=True, related_name="deadlines")
    call = models.ForeignKey(Call, models.CASCADE, null=True, related_name="deadlines")
    callback = models.ForeignKey(CallBack, models.CASCADE, null=True, related_name="deadlines")
    checkin = models.ForeignKey(CheckIn, models.CASCADE, null=True, related_name="deadlines")
    rounds = models.PositiveSmallIntegerField(default=0)  # how often this clock has run out before
    failures = models.PositiveSmallIntegerField(default=0)  # of our own software, when firing it
    fired_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=RUNNING, name="running_deadlines"),
            models.Index(fields=["request"], condition=RUNNING, name="running_by_request"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=RUNNING & Q(offer=None, handover=None),
                name="one_running_clock_per_kind",
            ),
            models.UniqueConstraint(
                fields=["call", "kind"], condition=RUNNING, name="one_running_clock_per_call"
            ),
            models.UniqueConstraint(
                fields=["callback", "kind"],
                condition=RUNNING,
                name="one_running_clock_per_callback",
            ),
            models.UniqueConstraint(
                fields=["checkin", "kind"], condition=RUNNING, name="one_running_clock_per_checkin"
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False)
                | Q(call__isnull=False)
                | Q(callback__isnull=False)
                | Q(checkin__isnull=False),
                name="deadline_hangs_on_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} due {self.due_at:%H:%M:%S}"


class AnswerRule(models.Model):
    """What happens when a caller has waited for `after_s` seconds and nobody has answered.

    The rows are the rules: a town edits them in the registers. Each becomes a deadline of a
    call in its turn; `dispatch.answering` has what each act does.
    """

    class Act(models.TextChoices):
        SUPERVISORS = "supervisors", _("supervisors are told")
        ON_CALL = "on_call", _("the on-call mobiles ring")
        CONTACTS = "contacts", _("contacts are told, a call-back is promised")

    after_s = models.PositiveSmallIntegerField(_("after seconds of waiting"))
    act = models.CharField(_("what happens"), max_length=20, choices=Act)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("answer-time rule")
        verbose_name_plural = _("answer-time rules")
        ordering = ["after_s", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(after_s__gt=0), name="rule_after_some_time"),
            models.UniqueConstraint(fields=["after_s", "act"], name="one_rule_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.after_s} s: {self.get_act_display()}"


class SurgeSpell(models.Model):
    """From when to when everybody waited far longer than usual; `dispatch.surge` says what that is.
    One lasts at a time, whoever finds it."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    usual_s = models.FloatField(help_text="When it began: the usual wait, and the present one.")
    present_s = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Value(1), condition=Q(ended_at=None), name="one_surge_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"surge from {self.began_at:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """Something a person at the desk must know and act on; it stays until somebody says so."""

    code = models.CharField(max_length=40)
    level = models.CharField(max_length=10, default="warn")  # sos, warn or info
    data = models.JSONField(default=dict)  # what the sentence of this code needs
    request = models.ForeignKey(ServiceRequest, models.CASCADE, null=True, related_name="notices")
    callback = models.ForeignKey(CallBack, models.CASCADE, null=True, related_name="+")
    call = models.ForeignKey(Call, models.CASCADE, null=True, related_name="+")
    opened_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(done_at=None), name="open_notices")
        ]

    def __str__(self) -> str:
        return self.code
