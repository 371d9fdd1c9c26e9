"""The people around an elder: whom we ring, who watches the page, and what she agreed to."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.fields import NumberField
from elders.models.account import User
from elders.models.elder import Elder
from elders.models.named import Named
from elders.models.reach import ReachBy


class Relation(models.TextChoices):
    SPOUSE = "spouse", _("spouse")
    CHILD = "child", _("child")
    GRANDCHILD = "grandchild", _("grandchild")
    SIBLING = "sibling", _("sibling")
    NEIGHBOUR = "neighbour", _("neighbour")
    FRIEND = "friend", _("friend")
    DOCTOR = "doctor", _("doctor")
    COMMUNITY = "community", _("community worker")
    OTHER = "other", _("other")


class Contact(Named):
    """Somebody who may be rung, in order, once they agreed to it; a key holder opens the door."""

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="contacts")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    phone = NumberField(_("phone"))
    relation = models.CharField(
        _("relation"), max_length=20, choices=Relation, default=Relation.OTHER
    )
    reach_by = models.CharField(
        _("reached by"), max_length=8, choices=ReachBy, default=ReachBy.CALL
    )
    holds_key = models.BooleanField(_("holds a key"), default=False)
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="contact_of"
    )
    barred = models.BooleanField(
        _("barred"), default=False, help_text=_("Safeguarding: never contacted automatically.")
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["order", "id"]
        indexes = [models.Index(F("phone"), name="contact_phone")]


class FamilyLink(models.Model):
    """A relative with an account. What they see, she says (`Consent`)."""

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="family")
    user = models.ForeignKey(User, models.CASCADE, related_name="family_of")
    relation = models.CharField(
        _("relation"), max_length=20, choices=Relation, default=Relation.CHILD
    )
    barred = models.BooleanField(
        _("barred"), default=False, help_text=_("Safeguarding: never told where she is.")
    )

    class Meta:
        verbose_name = _("family member")
        verbose_name_plural = _("family members")
        constraints = [
            models.UniqueConstraint(fields=["elder", "user"], name="one_link_a_relative")
        ]

    def __str__(self) -> str:
        return f"{self.user}"


class Consent(models.Model):
    """The elder's word that `grantee` may see `scope`, from `since` until it ends or is withdrawn.

    Rows are never changed but for their end, so what was agreed at any time can be told.
    """

    class Scope(models.TextChoices):
        WHEREABOUTS = "whereabouts", _("whereabouts")
        HEALTH = "health", _("health")
        REQUESTS = "requests", _("requests")

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="consents")
    grantee = models.ForeignKey(User, models.CASCADE, related_name="consents")
    scope = models.CharField(_("scope"), max_length=20, choices=Scope)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(F("grantee"), F("elder"), F("scope"), name="consent_lookup")]
        constraints = [
            models.CheckConstraint(
                name="consent_ends_after_it_began",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.grantee}: {self.get_scope_display()}"
