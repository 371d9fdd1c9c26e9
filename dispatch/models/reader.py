"""Links, blocks and keys: who may look, who may not come, what was already asked."""

from django.conf import settings
from django.db import models

from dispatch.models.request import ServiceRequest
from elders.models import Elder
from providers.models import Provider, Worker


class TrackLink(models.Model):
    """A family page without a login. Only the hash of its token is kept.

    With a `request` it ends two hours after that request; without one it follows whatever the
    elder has open, until `expires_at`.
    """

    hash = models.CharField(max_length=64, unique=True)
    elder = models.ForeignKey(Elder, models.CASCADE, related_name="track_links")
    request = models.ForeignKey(
        ServiceRequest, models.CASCADE, null=True, related_name="track_links"
    )
    given_to = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link for {self.given_to or self.elder_id}"


class Block(models.Model):
    """Somebody this elder does not want to see, or who must not come."""

    elder = models.ForeignKey(Elder, models.CASCADE, related_name="blocks")
    worker = models.ForeignKey(Worker, models.CASCADE, null=True, related_name="+")
    provider = models.ForeignKey(Provider, models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(worker__isnull=False) ^ models.Q(provider__isnull=False),
                name="block_names_one",
            )
        ]


class IdempotencyKey(models.Model):
    """The answer to a POST that may come twice: the same key gets the same answer for 24 h."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    path = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path", "key"], name="idempotency_once")
        ]
