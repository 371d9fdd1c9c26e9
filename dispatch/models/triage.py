"""What an operator asks about a reason to call, and what an answer means."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from elders.models.named import Named


class TriageReason(Named):
    """Why somebody calls: a fall, pain in the chest, a meal that has not come."""

    code = models.SlugField(_("code"), primary_key=True)
    name = models.CharField(_("reason"), max_length=80)
    name_zh = models.CharField(_("Chinese reason"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reason to call")
        verbose_name_plural = _("reasons to call")
        ordering = ["order", "code"]


class TriageQuestion(Named):
    """One question, to be answered yes or no. `grave` is the answer that makes it grave; then, and
    when nobody knows, `advice` is shown to the operator."""

    class Grave(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        NEVER = "", _("never")

    code = models.SlugField(_("code"), primary_key=True)
    reason = models.ForeignKey(
        TriageReason, models.CASCADE, related_name="questions", verbose_name=_("reason to call")
    )
    name = models.CharField(_("question"), max_length=200)
    name_zh = models.CharField(_("Chinese question"), max_length=100, blank=True)
    grave = models.CharField(
        _("grave when answered"), max_length=3, choices=Grave, default="", blank=True
    )
    advice = models.CharField(_("advice"), max_length=200, blank=True)
    advice_zh = models.CharField(_("Chinese advice"), max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("triage question")
        verbose_name_plural = _("triage questions")
        ordering = ["reason", "order", "code"]
