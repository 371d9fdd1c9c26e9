"""The conductor's rows, by noun."""

from dispatch.models.clock import AnswerRule, Deadline, Notice
from dispatch.models.offer import Assignment, Handover, Offer
from dispatch.models.reader import Block, IdempotencyKey, TrackLink
from dispatch.models.request import Event, RequestAlarm, RequestCall, ServiceRequest

__all__ = [
    "AnswerRule",
    "Assignment",
    "Block",
    "Deadline",
    "Event",
    "Handover",
    "IdempotencyKey",
    "Notice",
    "Offer",
    "RequestAlarm",
    "RequestCall",
    "ServiceRequest",
    "TrackLink",
]
