"""Devices, whose they are and since when, where they were, and what they cried out."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.fields import EncryptedTextField
from elders.models import Elder, User
from providers.models import Worker
from tracking.minding import DeviceKind


class Protocol(models.TextChoices):
    OSMAND = "osmand", "OsmAnd"
    OWNTRACKS = "owntracks", "OwnTracks"
    TRACCAR = "traccar", "Traccar"
    BATCH = "batch", "JSON"
    WATCH = "watch", "3G-watch"
    GT06 = "gt06", "GT06"
    JT808 = "jt808", "JT/T 808"
    H02 = "h02", "H02"
    SIA = "sia", "SIA DC-09"
    SCAIP = "scaip", "SCAIP"


class Radio(models.TextChoices):
    """Of a position that nobody measured: what a service made it of."""

    CELL = "cell", _("radio cells")
    WIFI = "wifi", _("Wi-Fi")


class Clock(models.TextChoices):
    """What the device's clock was worth when it dated a fix."""

    GOOD = "good", _("plausible")
    AHEAD = "ahead", _("ahead of ours")
    UNSET = "unset", _("not set")


class Datum(models.TextChoices):
    """What the device measures in. We store WGS-84 only; the edge converts."""

    WGS84 = "wgs84", "WGS-84"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"


class Doubt(models.TextChoices):
    """What speaks against a position that was kept; its clock is another matter."""

    SWAPPED = "swapped", _("latitude and longitude swapped")
    JUMP = "jump", _("too far from the one before")
    STALE = "stale", _("told long after it was measured")


class Reading(models.Model):
    """Where, when by three clocks, and how surely.

    `fixed_at` is the device's word, except where its clock cannot be believed (`clock`): then the
    last position of a device carries `received_at` instead, and its history what was said.
    """

    lat = models.FloatField(_("latitude"), null=True, editable=False)
    lon = models.FloatField(_("longitude"), null=True, editable=False)
    accuracy_m = models.FloatField(_("accuracy in metres"), null=True, editable=False)
    altitude_m = models.FloatField(_("altitude in metres"), null=True, editable=False)
    speed_mps = models.FloatField(_("speed in m/s"), null=True, editable=False)
    course = models.FloatField(_("course"), null=True, editable=False)
    valid = models.BooleanField(_("valid"), default=True, editable=False)
    fixed_at = models.DateTimeField(_("fixed"), null=True, editable=False)
    received_at = models.DateTimeField(_("received"), null=True, editable=False)
    clock = models.CharField(
        _("clock"), max_length=10, choices=Clock, default=Clock.GOOD, editable=False
    )
    source = models.CharField(
        _("source"),
        max_length=10,
        choices=[*Protocol.choices, *Radio.choices],
        editable=False,
    )
    datum_in = models.CharField(
        _("datum"), max_length=10, choices=Datum, default=Datum.WGS84, editable=False
    )

    class Meta:
        abstract = True


class Device(Reading):
    """A watch, a pendant, a telephone. The reading is its last position.

    One that nobody registered is kept as well: its alarms are handled, an operator sees it.
    """

    device_id = models.CharField(
        _("device id"), max_length=64, unique=True, help_text=_("The number the device sends.")
    )
    protocol = models.CharField(
        _("protocol"), max_length=10, choices=Protocol, default=Protocol.OSMAND
    )
    kind = models.ForeignKey(
        DeviceKind,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("kind"),
        help_text=_("Where it is empty: that of its protocol."),
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    registered = models.BooleanField(_("registered"), default=False)
    require_token = models.BooleanField(
        _("requires its token"),
        default=False,
        help_text=_("Without it positions are refused, and alarms are marked unverified."),
    )
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    key = EncryptedTextField(
        _("encryption key"),
        blank=True,
        validators=[RegexValidator(r"^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$")],
        help_text=_("Of SIA DC-09: 32, 48 or 64 hexadecimal digits, the same as in the device."),
    )
    datum_in = models.CharField(
        _("datum"),
        max_length=10,
        choices=Datum,
        default=Datum.WGS84,
        help_text=_(
            "What it measures in. Maps of China are in GCJ-02 or BD-09, satellites are not."
        ),
    )
    last_heard_at = models.DateTimeField(_("last heard"), null=True, editable=False)
    battery = models.PositiveSmallIntegerField(_("battery in percent"), null=True, editable=False)
    charging = models.BooleanField(_("charging"), null=True, editable=False)
    # "460-00-9345-4711", the radio cell that last served it; "" where its frames name none.
    cell = models.CharField(_("cell"), max_length=40, blank=True, editable=False)
    # What `silence` keeps. A message changes neither: `last_heard_at` is looked at when it is due.
    due_at = models.DateTimeField(null=True, editable=False)
    silent_since = models.DateTimeField(_("silent since"), null=True, editable=False)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        # None over what every message changes: PostgreSQL then rewrites the row alone.
        indexes = [
            models.Index(F("id"), condition=Q(registered=False), name="device_is_unknown"),
            models.Index(F("due_at"), condition=Q(due_at__isnull=False), name="device_is_due"),
            models.Index(F("id"), condition=Q(silent_since__isnull=False), name="device_is_silent"),
            models.Index(F("id"), condition=~Q(key=""), name="device_has_key"),
            models.Index(
                F("id"),
                condition=Q(registered=True, due_at=None, silent_since=None),
                name="device_is_unwatched",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.device_id


class DeviceLink(models.Model):
    """Whose device this is from `since` to `until`: a recycled watch speaks for its holder.

    In service, with this holder, from the first test of its button that a person has heard of;
    `tested_at` is the last one.
    """

    device = models.ForeignKey(Device, models.CASCADE, related_name="links")
    elder = models.ForeignKey(
        Elder, models.CASCADE, null=True, blank=True, related_name="device_links"
    )
    worker = models.ForeignKey(
        Worker, models.CASCADE, null=True, blank=True, related_name="device_links"
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    in_service_at = models.DateTimeField(_("in service since"), null=True, editable=False)
    tested_at = models.DateTimeField(_("last tested"), null=True, editable=False)

    class Meta:
        verbose_name = _("holder of a device")
        verbose_name_plural = _("holders of a device")
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                name="device_is_held_by_one",
                condition=Q(elder=None, worker__isnull=False) | Q(elder__isnull=False, worker=None),
                violation_error_message=_("A device is held by an elder or by a worker."),
            ),
            models.CheckConstraint(
                name="device_link_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                fields=["device"], condition=Q(until=None), name="device_has_one_holder_now"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.elder or self.worker}"


class Position(Reading):
    """One entry of a device's history. The same fix sent twice is kept once.

    On PostgreSQL a table by day of `fixed_at`, which `history.py` keeps; nothing looks for an `id`
    there but within a device's positions, so it has no index.
    """

    device = models.ForeignKey(
        Device,
        models.CASCADE,
        related_name="positions",
        db_index=False,  # the constraint below begins with it
        db_constraint=False,  # the writer holds the device meanwhile; looking again costs as much
    )
    battery = models.PositiveSmallIntegerField(_("battery in percent"), null=True)
    doubt = models.CharField(_("doubt"), max_length=10, choices=Doubt, blank=True, editable=False)
    stored_at = models.DateTimeField(_("stored"), editable=False)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.UniqueConstraint(
                fields=["device", "fixed_at", "lat", "lon"], name="position_is_kept_once"
            ),
            models.CheckConstraint(
                name="position_is_a_place",
                condition=Q(lat__range=(-90, 90), lon__range=(-180, 180))
                & ~Q(lat=0, lon=0)
                & Q(fixed_at__isnull=False, received_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fixed_at:%Y-%m-%d %H:%M:%S} {self.lat:.5f}, {self.lon:.5f}"


class Alarm(Reading):
    """A cry of a device, kept before anything is answered.

    `elder` or `worker` held the device when it cried. `reference` is the message's own identity
    where it states a time: sent again, it is counted in `repeats` and handed over again.
    `handed_over_at` is empty while the alarm flow has not taken it. `address` is where it was sent
    from, `callback` where the device says that it can be spoken to. With a `zone` it is one that
    we raised ourselves, because the device is where she should not be.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="alarms")
    elder = models.ForeignKey(Elder, models.SET_NULL, null=True, related_name="alarms")
    worker = models.ForeignKey(Worker, models.SET_NULL, null=True, related_name="alarms")
    kinds = models.JSONField(_("kinds"))
    verified = models.BooleanField(_("verified"), default=False)
    raw = models.TextField(_("as sent"), blank=True)
    reference = models.CharField(max_length=200, blank=True, editable=False)
    repeats = models.PositiveIntegerField(_("repeats"), default=0)
    repeated_at = models.DateTimeField(_("last repeated"), null=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True)
    address = models.CharField(_("sent from"), max_length=64, blank=True, editable=False)
    callback = models.CharField(_("can be spoken to at"), max_length=256, blank=True)
    zone = models.ForeignKey("Zone", models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["device", "reference"],
                condition=~Q(reference=""),
                name="alarm_is_kept_once",
            )
        ]
        indexes = [
            models.Index(F("elder"), F("received_at").desc(), name="alarm_of_elder"),
            models.Index(F("id"), condition=Q(handed_over_at=None), name="alarm_waiting"),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.kinds)} {self.received_at:%Y-%m-%d %H:%M:%S}"


class Order(models.TextChoices):
    """What a device may be told."""

    LOCATE = "locate", _("locate now")
    RING = "ring", _("ring")
    INTERVAL = "interval", _("report every … seconds")
    CALL = "call", _("call this number")


class DeviceCommand(models.Model):
    """Something for a device to do; it goes out when the device is on the line."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting for the device")
        SENT = "sent", _("sent")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        FAILED = "failed", _("not possible")
        EXPIRED = "expired", _("expired")

    device = models.ForeignKey(Device, models.CASCADE, related_name="commands")
    order = models.CharField(_("order"), max_length=10, choices=Order)
    argument = models.CharField(_("argument"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("command to a device")
        verbose_name_plural = _("commands to a device")
        ordering = ["-id"]
        indexes = [
            models.Index(
                F("device"), condition=Q(state__in=("queued", "sent")), name="device_command_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.argument}".strip()
