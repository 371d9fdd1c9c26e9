"""The people we help, and what is to happen when they call."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from elders.fields import EncryptedTextField, NumberField, SearchHashField, SpellingField
from elders.models.account import Language, User
from elders.models.named import Named
from elders.models.place import GridCell, Household
from elders.models.reach import ReachBy


class Elder(Named):
    """An older person. Health, identity and the door code are encrypted at rest."""

    class Status(models.TextChoices):
        """Where she is in life. It pauses what we start, never what she sends."""

        PRESENT = "present", _("present")
        AWAY = "away", _("away")
        IN_HOSPITAL = "in_hospital", _("in hospital")
        DECEASED = "deceased", _("deceased")

    class Sex(models.TextChoices):
        FEMALE = "female", _("female")
        MALE = "male", _("male")
        UNKNOWN = "unknown", _("unknown")

    class Hearing(models.TextChoices):
        GOOD = "good", _("good")
        HARD = "hard", _("hard of hearing")
        DEAF = "deaf", _("deaf")

    spelled = SpellingField(of="name_zh", db_index=True)
    initials = SpellingField(of="name_zh", short=True, db_index=True)

    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="elder", verbose_name=_("user")
    )
    born = models.DateField(_("born"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.CHINESE
    )
    dialect = models.CharField(_("dialect"), max_length=50, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PRESENT)

    # Where she lives, in WGS-84.
    address = models.CharField(_("address"), max_length=200, blank=True)
    address_zh = models.CharField(_("Chinese address"), max_length=100, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    grid = models.ForeignKey(
        GridCell,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="elders",
        verbose_name=_("grid cell"),
    )
    household = models.ForeignKey(
        Household,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="elders",
        verbose_name=_("household"),
    )

    # For whoever comes.
    door_code = EncryptedTextField(_("door code"), blank=True)
    access_notes = models.TextField(_("notes for who comes"), blank=True)
    has_lift = models.BooleanField(_("lift"), null=True, blank=True)
    hearing = models.CharField(_("hearing"), max_length=10, choices=Hearing, default=Hearing.GOOD)
    reach_by = models.CharField(
        _("reached by"), max_length=8, choices=ReachBy, default=ReachBy.CALL
    )
    lives_alone = models.BooleanField(_("lives alone"), default=False)
    requirements = models.JSONField(
        _("requirements"), default=list, blank=True, help_text='["female_carer"]'
    )
    address_risk = models.TextField(
        _("risk at the address"), blank=True, help_text=_("What a worker must know before going.")
    )

    health_summary = EncryptedTextField(_("health summary"), blank=True)
    id_number = EncryptedTextField(_("identity number"), blank=True)
    id_number_hash = SearchHashField(of="id_number", db_index=True)
    card_number = EncryptedTextField(_("card number"), blank=True)
    card_number_hash = SearchHashField(of="card_number", db_index=True)

    second_number = NumberField(
        _("second number"),
        blank=True,
        help_text=_("Rung when there is no voice contact."),
    )
    safeguarding = models.BooleanField(
        _("safeguarding"),
        default=False,
        help_text=_("Somebody near may harm her: see which contacts and family are barred."),
    )

    class Meta:
        verbose_name = _("elder")
        verbose_name_plural = _("elders")
        constraints = [
            models.CheckConstraint(
                name="elder_home_is_a_place",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(
                    lat__isnull=False,
                    lon__isnull=False,
                    lat__range=(-90, 90),
                    lon__range=(-180, 180),
                ),
                violation_error_message=_("A home has both a latitude and a longitude."),
            )
        ]
        indexes = [
            models.Index(fields=["name"], name="elder_name"),
            models.Index(fields=["name_zh"], name="elder_name_zh"),
        ]


class ResponsePlan(models.Model):
    """Who is rung, who goes, and when the ambulance is called, as agreed with the elder."""

    class Ambulance(models.TextChoices):
        ALWAYS = "always", _("always")
        ON_ADVICE = "on_advice", _("when an operator advises it")
        NO_VOICE = "no_voice", _("when she does not answer")

    elder = models.OneToOneField(Elder, models.CASCADE, related_name="plan")
    ring_contacts = models.BooleanField(_("ring the contacts"), default=True)
    send_responder = models.BooleanField(_("send a responder"), default=True)
    call_ambulance = models.CharField(
        _("call the ambulance"), max_length=10, choices=Ambulance, default=Ambulance.NO_VOICE
    )
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("response plan")
        verbose_name_plural = _("response plans")

    def __str__(self) -> str:
        return f"{self.elder}"
