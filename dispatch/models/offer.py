"""Invitations, commitments, and hand-overs to other services."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from dispatch.models.request import ServiceRequest
from dispatch.states import ACTIVE_ASSIGNMENTS, AssignmentState, OfferState, Role
from providers.models import Worker

ROLES = [(r, r) for r in Role]


class Offer(models.Model):
    """An invitation with an expiry. While `made`, it holds one unit of the worker's capacity."""

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="offers")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="offers")
    role = models.CharField(max_length=10, choices=ROLES, default=Role.RESPONDER)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in OfferState], default=OfferState.MADE
    )
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    eta_s = models.PositiveIntegerField()
    distance_m = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)  # why declined

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "worker"],
                condition=Q(state=OfferState.MADE),
                name="one_open_offer_per_worker",
            )
        ]
        indexes = [
            models.Index(
                fields=["worker"], condition=Q(state=OfferState.MADE), name="open_offers_of_worker"
            )
        ]

    def __str__(self) -> str:
        return f"offer {self.pk} {self.state}"


class Assignment(models.Model):
    """A worker's commitment to a request, with the four instants a dispatcher measures by."""

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="assignments")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="assignments")
    offer = models.OneToOneField(Offer, models.PROTECT, null=True, related_name="assignment")
    role = models.CharField(max_length=10, choices=ROLES, default=Role.RESPONDER)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in AssignmentState], default=AssignmentState.ASSIGNED
    )
    assigned_at = models.DateTimeField()
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    # How the arrival is known (`dispatch.proofs`), and how often a wrong code was tried.
    proof = models.CharField(max_length=10, blank=True)
    proof_tries = models.PositiveSmallIntegerField(default=0)
    tasks = models.JSONField(default=list)  # what was ticked at the end (`dispatch.checklists`)
    # How the elder signed at the end (`dispatch.pictures.Signing`), and why she did not.
    signed = models.CharField(max_length=10, blank=True)
    unsigned_why = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)  # what the worker left behind at finish, or why released

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "role"],
                condition=Q(state__in=sorted(ACTIVE_ASSIGNMENTS)),
                name="one_active_assignment_per_role",
            )
        ]
        indexes = [models.Index(fields=["worker", "state"], name="assignment_by_worker")]

    def __str__(self) -> str:
        return f"assignment {self.pk} {self.state}"


class Handover(models.Model):
    """120, 110, 119 or another service was told: by whom, when, and what they said.

    `by` is empty where the house told it by itself (`OVERDUE_RINGS_POLICE`).
    """

    request = models.ForeignKey(ServiceRequest, models.PROTECT, related_name="handovers")
    service = models.CharField(max_length=40)
    number = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.service} {self.number}"
