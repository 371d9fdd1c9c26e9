"""The satisfaction call: what is asked after a visit, when, and what she said."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.request import ServiceRequest
from elders.models import Elder
from elders.models.named import Named
from providers.models import Worker


class Question(Named):
    """One question, spoken as `name` and `name_zh` have it, answered from 1 to 5 by a key."""

    code = models.SlugField(_("code"), primary_key=True)
    name = models.CharField(_("question"), max_length=200)
    name_zh = models.CharField(_("Chinese question"), max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("question after a visit")
        verbose_name_plural = _("questions after a visit")
        ordering = ["order", "code"]


class Survey(models.Model):
    """One visit that is asked about. `due_at`: when to ring; while it rings, when to stop waiting.

    `score` is the mean of what was answered. `skipped`: she was asked that day already, or it was
    opened again before she could be asked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RINGING = "ringing", _("ringing")
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("did not want to")
        UNANSWERED = "unanswered", _("no answer")
        SKIPPED = "skipped", _("not asked")

    OPEN = (State.WAITING, State.RINGING)

    request = models.OneToOneField(ServiceRequest, models.CASCADE, related_name="survey")
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="surveys")
    worker = models.ForeignKey(Worker, models.CASCADE, related_name="surveys")
    day = models.DateField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    score = models.FloatField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["elder", "day"],
                condition=~Q(state="skipped"),
                name="one_survey_an_elder_a_day",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "ringing"]),
                name="surveys_due",
            ),
            models.Index(fields=["worker", "state"], name="surveys_of_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.state}"

    @property
    def subject(self) -> str:
        """What its calls and texts are about."""
        return f"satisfaction:{self.pk}"


class SurveyAnswer(models.Model):
    """What she pressed for one question."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    digit = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "question"], name="one_answer_a_question")
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.digit}"
