"""Who looked: the ledger of reads. `elders.ledger` writes it, `elders.chain` proves it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from elders.models.account import User
from elders.models.elder import Elder


class AccessEntry(models.Model):
    """One read of an elder's data.

    `actor` (None: a link without a login) and `elder` are kept as bare numbers, because the entry
    and its hash outlive the people they name. `position`, `previous` and `hash` come when the
    entry is linked into the chain, moments after it was written.
    """

    actor = models.ForeignKey(
        User, models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="+"
    )
    elder = models.ForeignKey(Elder, models.DO_NOTHING, db_constraint=False, related_name="+")
    what = models.CharField(_("what"), max_length=50)
    purpose = models.CharField(_("purpose"), max_length=200)
    sealed = models.BooleanField(
        _("sealed"), default=False, help_text=_("Safeguarding: not read out to the family.")
    )
    at = models.DateTimeField(_("at"))
    position = models.PositiveBigIntegerField(null=True, unique=True, editable=False)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        indexes = [
            models.Index(F("elder"), F("at").desc(), name="access_of_elder"),
            models.Index(F("id"), name="access_unlinked", condition=Q(position=None)),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"


class LedgerHead(models.Model):
    """One row: the end of the chain, and the lock that makes linking one at a time."""

    position = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class DayRoot(models.Model):
    """The Merkle root over the entries `first`…`last`, those linked up to the end of a town day."""

    day = models.DateField(unique=True)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    root = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("root of a day")
        verbose_name_plural = _("roots of days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.root}"
